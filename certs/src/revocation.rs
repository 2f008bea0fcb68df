use std::collections::BTreeMap;
use std::time::Duration;

use lianfang_encoding::Timestamp;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKeyRef, Public};
use openssl::x509::extension::CrlNumber;
use openssl::x509::{CrlNumber as Number, X509, X509Crl, X509CrlBuilder, X509RevokedBuilder};

use crate::authority::{Authority, authority_key};
use crate::error::library;
use crate::validity::{from_asn1, to_asn1};
use crate::{CertError, Serial, extensions, pem, validity};

const MAX_DAYS: u64 = 366;
/// Some forty bytes an entry: room for 200,000 revoked certificates.
const LIMIT: usize = 12 * 1024 * 1024;

/// A revocation list (RFC 5280 §5) whose signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: BTreeMap<Serial, Timestamp>,
}

impl RevocationList {
    /// Reads a list in PEM that the authority with `ca_pem` signed. Whether it is still current is
    /// [`RevocationList::is_stale`]'s question.
    ///
    /// # Errors
    /// [`CertError::Malformed`], [`CertError::TooLarge`], or [`CertError::RevocationList`] for another signer, a
    /// list without number or next update, or an entry that isn't a serial of ours.
    pub fn read(list_pem: &str, ca_pem: &str) -> Result<Self, CertError> {
        let authority = pem::certificate(ca_pem)?;
        read(list_pem, &authority, &*authority_key(&authority)?)
    }

    /// Whether the certificate with this serial number was revoked.
    pub fn contains(&self, serial: &Serial) -> bool {
        self.revoked.contains_key(serial)
    }

    /// The list's number: each later list has a higher one.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When the list was signed.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When peers stop accepting the list, and with it every certificate: renew well before.
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// Whether the list is too old to be believed.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now >= self.next_update
    }

    /// Serial numbers and times of revocation, in order of serial number.
    pub fn revoked(&self) -> impl Iterator<Item = (Serial, Timestamp)> + '_ {
        self.revoked.iter().map(|(serial, at)| (*serial, *at))
    }
}

impl Authority {
    /// The list that follows `previous` (the first when there is none): everything in it, plus `serials` as
    /// revoked at `now`, to be renewed within `validity`. Without serials it only renews.
    ///
    /// # Errors
    /// As [`RevocationList::read`] for `previous`; [`CertError::Validity`] beyond an hour to 366 days;
    /// [`CertError::RevocationList`] when the clock stands before the previous list; [`CertError::RevokesAuthority`] for its own
    /// serial number, which could never be taken back.
    pub fn revoke(
        &self,
        previous: Option<&str>,
        serials: &[Serial],
        now: Timestamp,
        validity: Duration,
    ) -> Result<String, CertError> {
        let own = Serial::from_asn1(self.certificate.serial_number());
        if own.is_ok_and(|own| serials.contains(&own)) {
            return Err(CertError::RevokesAuthority);
        }
        let span = validity::Validity::new(now, validity, MAX_DAYS)?;
        let mut next = RevocationList {
            number: 1,
            this_update: now,
            next_update: span.until,
            revoked: BTreeMap::new(),
        };
        if let Some(previous) = previous {
            let public = authority_key(&self.certificate)?;
            next.follow(read(previous, &self.certificate, &public)?)?;
        }
        for serial in serials {
            next.revoked.entry(*serial).or_insert(now);
        }
        let signed = self.sign_list(&next).map_err(library)?;
        pem::text(signed.to_pem().map_err(library)?)
    }

    fn sign_list(&self, list: &RevocationList) -> Result<X509Crl, ErrorStack> {
        let mut builder = X509CrlBuilder::new()?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        builder.set_last_update(&*to_asn1(list.this_update)?)?;
        builder.set_next_update(&*to_asn1(list.next_update)?)?;
        for (serial, at) in list.revoked() {
            let mut entry = X509RevokedBuilder::new()?;
            entry.set_serial_number(&*serial.to_asn1()?)?;
            entry.set_revocation_date(&*to_asn1(at)?)?;
            builder.add_revoked(entry.build())?;
        }
        let context = X509::builder()?;
        let issuer =
            extensions::authority_key_identifier(&context.x509v3_context(Some(&self.certificate), None))?;
        builder.append_extension(issuer)?;
        builder
            .append_extension(CrlNumber::new(BigNum::from_slice(&list.number.to_be_bytes())?)?.build()?)?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        builder.build()
    }
}

impl RevocationList {
    fn follow(&mut self, previous: Self) -> Result<(), CertError> {
        if self.this_update < previous.this_update {
            return Err(CertError::RevocationList(
                "the clock stands before the previous list",
            ));
        }
        let exhausted = CertError::RevocationList("its number can't rise any more");
        self.number = previous.number.checked_add(1).ok_or(exhausted)?;
        self.revoked = previous.revoked;
        Ok(())
    }
}

fn read(list_pem: &str, authority: &X509, key: &PKeyRef<Public>) -> Result<RevocationList, CertError> {
    const WHAT: &str = "a PEM revocation list";
    let list =
        X509Crl::from_pem(pem::single(list_pem, WHAT, LIMIT)?).map_err(|_| CertError::Malformed(WHAT))?;
    let same_issuer = list.issuer_name().to_der().ok() == authority.subject_name().to_der().ok();
    if !same_issuer || !list.verify(key).unwrap_or(false) {
        return Err(CertError::RevocationList("it isn't signed by this authority"));
    }
    let next = list
        .next_update()
        .ok_or(CertError::RevocationList("it has no next update"))?;
    Ok(RevocationList {
        number: number(&list).ok_or(CertError::RevocationList("it has no number"))?,
        this_update: from_asn1(list.last_update())?,
        next_update: from_asn1(next)?,
        revoked: entries(&list)?,
    })
}

fn number(list: &X509Crl) -> Option<u64> {
    let (_critical, number) = list.extension::<Number>().ok()??;
    let bytes = number.to_bn().ok()?.to_vec();
    let mut wide = [0; 8];
    wide.get_mut(8usize.checked_sub(bytes.len())?..)?
        .copy_from_slice(&bytes);
    Some(u64::from_be_bytes(wide))
}

fn entries(list: &X509Crl) -> Result<BTreeMap<Serial, Timestamp>, CertError> {
    let Some(entries) = list.get_revoked() else {
        return Ok(BTreeMap::new());
    };
    let entry = |entry: &openssl::x509::X509RevokedRef| {
        Ok((
            Serial::from_asn1(entry.serial_number())?,
            from_asn1(entry.revocation_date())?,
        ))
    };
    entries.iter().map(entry).collect()
}
