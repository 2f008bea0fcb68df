use std::fmt;
use std::time::Duration;

use lianfang_encoding::{FederationId, NodeId, Timestamp};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, PKeyRef, Private, Public};
use openssl::x509::{X509, X509Builder, X509KeyUsage, X509Name, X509NameBuilder, X509VerifyResult};
use zeroize::Zeroizing;

use crate::error::library;
use crate::host::Host;
use crate::validity::{Validity, to_asn1};
use crate::{CertError, Serial, extensions, node_key, pem, request, strength, validity};

const MAX_AUTHORITY_DAYS: u64 = 20 * 366;
/// Some platforms refuse server certificates that last longer, even of private authorities.
const MAX_NODE_DAYS: u64 = 825;

/// Who a certificate is for, as the membership document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeIdentity {
    /// The federation.
    pub fed: FederationId,
    /// The node in it.
    pub node: NodeId,
    /// DNS names and IP addresses under which peers reach it; none for a node that only calls others.
    pub hosts: Vec<String>,
}

/// The certificate authority of one federation: an ECDSA P-256 key and its self-signed certificate.
#[derive(Clone)]
pub struct Authority {
    pub(crate) certificate: X509,
    pub(crate) key: PKey<Private>,
}

impl Authority {
    /// A new authority with a fresh key, valid from `now` (five minutes back, for slow clocks) for `validity`.
    ///
    /// # Errors
    /// [`CertError::FederationName`], [`CertError::Validity`] beyond an hour to 20 years, [`CertError::Library`].
    pub fn create(federation_name: &str, validity: Duration, now: Timestamp) -> Result<Self, CertError> {
        let length = federation_name.chars().count();
        if !(1..=64).contains(&length) || federation_name.chars().any(char::is_control) {
            return Err(CertError::FederationName);
        }
        let validity = Validity::new(now, validity, MAX_AUTHORITY_DAYS)?;
        let key = node_key::generate_p256().map_err(library)?;
        let serial = Serial::of_key(&strength::pin(&*key)?);
        let certificate = self_sign(federation_name, &key, &validity, serial).map_err(library)?;
        Ok(Self { certificate, key })
    }

    /// The authority from its two files.
    ///
    /// # Errors
    /// [`CertError::Malformed`]; [`CertError::NotAnAuthority`] unless the certificate is one that
    /// [`Authority::create`] makes; [`CertError::KeyMismatch`].
    pub fn load(cert_pem: &str, key_pem: &str) -> Result<Self, CertError> {
        let certificate = pem::certificate(cert_pem)?;
        let public = authority_key(&certificate)?;
        let key = pem::private_key(key_pem)?;
        if !strength::matches(&key, &public) {
            return Err(CertError::KeyMismatch);
        }
        Ok(Self { certificate, key })
    }

    /// The certificate that every node trusts.
    ///
    /// # Errors
    /// [`CertError::Library`] when encoding fails.
    pub fn cert_pem(&self) -> Result<String, CertError> {
        pem::text(self.certificate.to_pem().map_err(library)?)
    }

    /// The private key (PKCS#8), to be kept with [`crate::keyfile::write_new`].
    ///
    /// # Errors
    /// [`CertError::Library`] when encoding fails.
    pub fn key_pem(&self) -> Result<Zeroizing<String>, CertError> {
        node_key::private_pem(&self.key)
    }

    /// A certificate in PEM for the key in `csr_pem`, naming `identity` and nothing that the request claims:
    /// TLS client and server, `urn:lianfang:<fed>:<node>` plus the hosts as alternative names.
    ///
    /// # Errors
    /// [`CertError::Malformed`], [`CertError::TooLarge`], [`CertError::Key`] or [`CertError::RequestSignature`]
    /// for the request; [`CertError::Host`] or [`CertError::TooManyHosts`] for the identity;
    /// [`CertError::Validity`] beyond an hour to 825 days; [`CertError::OutlivesAuthority`].
    pub fn issue(
        &self,
        csr_pem: &str,
        identity: &NodeIdentity,
        validity: Duration,
        now: Timestamp,
        serial: Serial,
    ) -> Result<String, CertError> {
        let key = request::verified_key(csr_pem)?;
        if strength::matches(&self.key, &key) {
            return Err(CertError::Key("the authority's own key can't be a node's"));
        }
        let hosts = Host::parse_all(&identity.hosts)?;
        let validity = Validity::new(now, validity, MAX_NODE_DAYS)?;
        if validity.until > validity::from_asn1(self.certificate.not_after())? {
            return Err(CertError::OutlivesAuthority);
        }
        let certificate = self
            .sign(&key, identity, &hosts, &validity, serial)
            .map_err(library)?;
        pem::text(certificate.to_pem().map_err(library)?)
    }

    /// The serial number of a certificate that this authority has issued, for [`Authority::revoke`].
    ///
    /// # Errors
    /// [`CertError::RevokesAuthority`] for its own or another that signs; [`CertError::ForeignIssuer`] for anybody else's;
    /// [`CertError::Malformed`], [`CertError::TooLarge`], [`CertError::Serial`].
    pub fn serial_of(&self, cert_pem: &str) -> Result<Serial, CertError> {
        let certificate = pem::certificate(cert_pem)?;
        if signs(&certificate) {
            Err(CertError::RevokesAuthority)
        } else if is_issued_by(&certificate, &self.certificate)? {
            Serial::from_asn1(certificate.serial_number())
        } else {
            Err(CertError::ForeignIssuer)
        }
    }

    fn sign(
        &self,
        key: &PKeyRef<Public>,
        identity: &NodeIdentity,
        hosts: &[Host],
        validity: &Validity,
        serial: Serial,
    ) -> Result<X509, ErrorStack> {
        let subject = name(&identity.fed.to_string(), identity.node.as_str())?;
        let mut builder = start(&subject, key, validity, serial)?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        let uri = extensions::node_uri(&identity.fed, &identity.node);
        extensions::add_node(&mut builder, &self.certificate, &uri, hosts)?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok(builder.build())
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority")
    }
}

/// Whether `authority` has signed `certificate`.
pub(crate) fn is_issued_by(certificate: &X509, authority: &X509) -> Result<bool, CertError> {
    let signer = authority_key(authority)?;
    let named = authority.issued(certificate) == X509VerifyResult::OK;
    Ok(named && certificate.verify(&signer).unwrap_or(false))
}

/// Whether others rest on this certificate.
fn signs(certificate: &X509) -> bool {
    let signs = X509KeyUsage::KEY_CERT_SIGN | X509KeyUsage::CRL_SIGN;
    let may = |usage: X509KeyUsage| usage.intersects(signs);
    certificate.key_usage().is_some_and(may) || certificate.pathlen().is_some()
}

/// The key of a certificate that is the authority of a federation.
pub(crate) fn authority_key(certificate: &X509) -> Result<PKey<Public>, CertError> {
    let key = certificate
        .public_key()
        .map_err(|_| CertError::Key("can't be decoded"))?;
    strength::check(&key)?;
    let signs = X509KeyUsage::KEY_CERT_SIGN | X509KeyUsage::CRL_SIGN;
    if certificate.key_usage() != Some(signs) || certificate.pathlen() != Some(0) {
        return Err(CertError::NotAnAuthority(
            "it may not sign certificates and lists",
        ));
    }
    let own = certificate.issued(certificate) == X509VerifyResult::OK;
    if own && certificate.verify(&key).unwrap_or(false) {
        Ok(key)
    } else {
        Err(CertError::NotAnAuthority("it isn't signed by itself"))
    }
}

fn self_sign(
    federation: &str,
    key: &PKeyRef<Private>,
    validity: &Validity,
    serial: Serial,
) -> Result<X509, ErrorStack> {
    let subject = name(federation, "Lianfang federation CA")?;
    let mut builder = start(&subject, key, validity, serial)?;
    builder.set_issuer_name(&subject)?;
    extensions::add_authority(&mut builder)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}

fn start<K: openssl::pkey::HasPublic>(
    subject: &X509Name,
    key: &PKeyRef<K>,
    validity: &Validity,
    serial: Serial,
) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*serial.to_asn1()?)?;
    builder.set_subject_name(subject)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*to_asn1(validity.from)?)?;
    builder.set_not_after(&*to_asn1(validity.until)?)?;
    Ok(builder)
}

fn name(organisation: &str, common: &str) -> Result<X509Name, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_nid(Nid::ORGANIZATIONNAME, organisation)?;
    name.append_entry_by_nid(Nid::COMMONNAME, common)?;
    Ok(name.build())
}
