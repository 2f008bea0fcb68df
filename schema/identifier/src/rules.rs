use std::fmt;

use lianfang_encoding::Transcript;

use crate::normalise::{email, legal_name_en, payee, platform, shipment};
use crate::text::{glyph, han, latin};
use crate::{DENY_LISTS_VERSION, Kind, country, deny, table};

/// The rules of one kind in one version (PROTOCOL.md §1): what the membership document lists and peers compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    pub kind: Kind,
    pub norm_version: u8,
    /// SHA-256 over the canonical form's definition, the Unicode version, and every table and pinned data crate the
    /// kind uses.
    pub rules_digest: [u8; 32],
}

/// What two nodes can compare on a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Both have these rules; the highest version when there are several.
    Common(Rules),
    /// Same version, other digest: the kind is off with this peer, and an alarm is due.
    Differ,
    /// No version in common, or the peer doesn't know the kind: off with this peer.
    Nothing,
}

/// The rules in force of a kind.
pub fn rules(kind: Kind) -> Rules {
    let norm_version = table::info(kind).norm_version;
    Rules {
        kind,
        norm_version,
        rules_digest: digest(kind, norm_version),
    }
}

/// Every version of a kind's rules that is built in, ascending; two during a migration.
pub fn versions(kind: Kind) -> impl Iterator<Item = Rules> {
    numbers(kind).map(move |number| Rules {
        kind,
        norm_version: number,
        rules_digest: digest(kind, number),
    })
}

/// Their numbers, ascending: what a canonical form needs of them, without the digest, which costs as much as the form.
pub(crate) fn numbers(kind: Kind) -> impl Iterator<Item = u8> {
    std::iter::once(table::info(kind).norm_version)
}

/// Which rules of `kind` two nodes share, given all rules that each announces.
pub fn agree(kind: Kind, ours: &[Rules], theirs: &[Rules]) -> Agreement {
    let mut common: Option<Rules> = None;
    let mut differ = false;
    for our in ours.iter().filter(|rules| rules.kind == kind) {
        for their in theirs
            .iter()
            .filter(|their| (their.kind, their.norm_version) == (kind, our.norm_version))
        {
            if their.rules_digest != our.rules_digest {
                differ = true;
            } else if common.is_none_or(|best| best.norm_version < our.norm_version) {
                common = Some(*our);
            }
        }
    }
    match (common, differ) {
        // One version that differs is an alarm even beside another that agrees.
        (_, true) => Agreement::Differ,
        (Some(rules), false) => Agreement::Common(rules),
        (None, false) => Agreement::Nothing,
    }
}

/// SHA-256 over the deny-lists and their version; informative, since they are versioned apart from the rules.
pub fn deny_lists_digest() -> [u8; 32] {
    let start = Transcript::new("lianfang/deny-lists/v1").u32(DENY_LISTS_VERSION);
    deny::LISTS
        .iter()
        .fold(start, |transcript, (name, list)| {
            transcript.bytes(name.as_bytes()).bytes(list.as_bytes())
        })
        .sha256()
}

/// A table or pinned crate that decides canonical forms.
enum Source {
    Table(&'static str, &'static str),
    Crate(&'static str, &'static str),
}

const GLYPHS: Source = Source::Table("glyphs", glyph::TABLE);
const LOOKALIKES: Source = Source::Table("lookalikes", latin::LOOKALIKES);
const FOLDS: Source = Source::Table("latin_fold", latin::FOLDS);
const HAN: Source = Source::Table("han_variants", han::TABLE);
const FORMS: Source = Source::Table("company_forms_en", legal_name_en::FORMS);
const MAIL: Source = Source::Table("mail_providers", email::PROVIDERS);
const PLATFORMS: Source = Source::Table("platforms", platform::TABLE);
const PAYMENT: Source = Source::Table("payment_providers", payee::PROVIDERS);
const CARRIERS: Source = Source::Table("carriers", shipment::CARRIERS);
const COUNTRIES: Source = Source::Table("countries", country::TABLE);
const NFKC: Source = Source::Crate("unicode-normalization", "0.1.26");
const OPENCC: Source = Source::Crate("ferrous-opencc", "0.4.0");
const PHONES: Source = Source::Crate("rlibphonenumber", "2.2.15");
const SUFFIXES: Source = Source::Crate("psl", "2.1.247");
const IDNA: Source = Source::Crate("idna", "1.1.0");
const IDNA_DATA: Source = Source::Crate("icu_normalizer_data", "2.4.0");
const IBANS: Source = Source::Crate("iban_validate", "5.0.1");

/// What decides the canonical forms of a kind besides its code. Every kind rests on NFKC and the glyph table.
fn sources(kind: Kind) -> &'static [Source] {
    match kind {
        Kind::LegalNameCn | Kind::Brand => &[LOOKALIKES, FOLDS, HAN, OPENCC],
        Kind::LegalNameEn => &[LOOKALIKES, FOLDS, FORMS],
        Kind::BrandMpn | Kind::BatchOrSerial => &[LOOKALIKES, FOLDS, HAN, OPENCC],
        Kind::Domain => &[SUFFIXES, IDNA, IDNA_DATA],
        Kind::ShopUrl | Kind::ListingUrl => &[PLATFORMS, SUFFIXES, IDNA, IDNA_DATA],
        Kind::Asin => &[LOOKALIKES, PLATFORMS, IDNA, IDNA_DATA],
        Kind::Email => &[LOOKALIKES, MAIL, IDNA, IDNA_DATA],
        Kind::Payee => &[LOOKALIKES, PAYMENT, MAIL, PHONES, IBANS, IDNA, IDNA_DATA],
        Kind::Phone => &[LOOKALIKES, PHONES],
        Kind::Iban => &[LOOKALIKES, IBANS],
        Kind::Passport | Kind::Trademark | Kind::Patent => &[LOOKALIKES, COUNTRIES],
        Kind::Consignment => &[LOOKALIKES, CARRIERS],
        Kind::CnUscc
        | Kind::CnOrgCode
        | Kind::TwUbn
        | Kind::UsEin
        | Kind::Duns
        | Kind::Lei
        | Kind::EuVat
        | Kind::Eori => &[LOOKALIKES],
        Kind::CnRic | Kind::BankCard | Kind::WalletBtc | Kind::WalletEth | Kind::Gtin | Kind::Isbn => {
            &[LOOKALIKES]
        }
    }
}

fn digest(kind: Kind, norm_version: u8) -> [u8; 32] {
    let (major, minor, patch) = unicode_normalization::UNICODE_VERSION;
    let start = Transcript::new("lianfang/rules/v1")
        .u16(kind.number())
        .u8(norm_version)
        .bytes(table::info(kind).form.as_bytes())
        .bytes(&[major, minor, patch]);
    [GLYPHS, NFKC]
        .iter()
        .chain(sources(kind))
        .fold(start, add)
        .sha256()
}

fn add(transcript: Transcript, source: &Source) -> Transcript {
    match source {
        Source::Table(name, text) => transcript.bytes(name.as_bytes()).bytes(text.as_bytes()),
        Source::Crate(name, version) => transcript.bytes(name.as_bytes()).bytes(version.as_bytes()),
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{} ", self.kind, self.norm_version)?;
        self.rules_digest
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_versions_are_the_ones_built_in() {
        let lock = include_str!("../../../Cargo.lock");
        for source in [NFKC, OPENCC, PHONES, SUFFIXES, IDNA, IDNA_DATA, IBANS] {
            let Source::Crate(name, version) = source else {
                unreachable!()
            };
            let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            assert!(lock.contains(&entry), "{name} {version}");
        }
    }

    #[test]
    fn kinds_and_versions_have_their_own_digest() {
        let digests: std::collections::HashSet<_> =
            Kind::ALL.iter().map(|&kind| rules(kind).rules_digest).collect();
        assert_eq!(digests.len(), Kind::ALL.len());
        assert_ne!(digest(Kind::Lei, 1), digest(Kind::Lei, 2));
    }

    #[test]
    fn peers_share_the_highest_version_both_have() {
        let at = |norm_version, fill| Rules {
            kind: Kind::Brand,
            norm_version,
            rules_digest: [fill; 32],
        };
        let agree = |ours: &[Rules], theirs: &[Rules]| agree(Kind::Brand, ours, theirs);
        assert_eq!(
            agree(&[at(1, 1), at(2, 2)], &[at(2, 2), at(1, 1)]),
            Agreement::Common(at(2, 2))
        );
        assert_eq!(
            agree(&[at(1, 1), at(2, 2)], &[at(1, 1)]),
            Agreement::Common(at(1, 1))
        );
        assert_eq!(agree(&[at(1, 1)], &[at(2, 2)]), Agreement::Nothing);
        assert_eq!(agree(&[at(1, 1)], &[at(1, 9)]), Agreement::Differ);
        assert_eq!(
            agree(&[at(1, 1), at(2, 2)], &[at(1, 1), at(2, 9)]),
            Agreement::Differ
        );
    }
}
