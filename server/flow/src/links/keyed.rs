use hmac::{Hmac, Mac as _};
use lianfang_domain::names::parts_of;
use lianfang_encoding::Transcript;
use lianfang_identifier::{Canonical, Kind, Level};
use lianfang_store::{DataKeys, NewLink};
use lianfang_wire::entry::NewEntry;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::publish::identifiers_of;

/// Level of a link that leads from a part of a name.
const PART: u8 = 0;

/// Turns identifiers into what the store may keep of them: HMAC-SHA-256 under a key that comes from the node's
/// secret of keyed hashes, cut to 16 bytes. Nobody without that key can try identifiers against a stolen database.
#[derive(Clone)]
pub(crate) struct LinkKey(Hmac<Sha256>);

impl LinkKey {
    pub(crate) fn of(data: &DataKeys) -> Self {
        let derived = Zeroizing::new(
            Transcript::new("lianfang/own-links/v1")
                .bytes(data.hashing().as_ref())
                .sha256(),
        );
        // HMAC fills a key up to its block with zeros.
        let mut block = Zeroizing::new([0; 64]);
        block[..derived.len()].copy_from_slice(derived.as_ref());
        Self(<Hmac<Sha256> as hmac::digest::KeyInit>::new((&*block).into()))
    }

    /// Tells whether links were made under this key.
    pub(super) fn print(&self) -> [u8; 16] {
        self.mac(Transcript::new("lianfang/own-links/print/v1"))
    }

    /// Under what an identifier is found.
    pub(super) fn identity(&self, canonical: &Canonical) -> [u8; 16] {
        self.key(
            canonical.kind,
            canonical.norm_version,
            canonical.level,
            &canonical.value,
        )
    }

    /// Under what an entry about a domain is found by a shop on it or a mailbox at it. Never the other way round:
    /// many sellers share the host of an entry's shop or mailbox.
    pub(super) fn host(&self, canonical: &Canonical) -> Option<[u8; 16]> {
        let host = match canonical.kind {
            Kind::Email => canonical.value.rsplit_once('@')?.1,
            Kind::ShopUrl => canonical
                .value
                .split('/')
                .next()
                .filter(|host| !host.contains(':'))?,
            _ => return None,
        };
        let norm_version = lianfang_identifier::info(Kind::Domain).norm_version;
        Some(self.key(Kind::Domain, norm_version, Level::Strict, host))
    }

    fn key(&self, kind: Kind, norm_version: u8, level: Level, value: &str) -> [u8; 16] {
        self.mac(
            Transcript::new("lianfang/own-link/v1")
                .u16(kind.number())
                .u8(norm_version)
                .u8(level.number())
                .bytes(value.as_bytes()),
        )
    }

    /// Under what names that share `part` are found.
    pub(super) fn part(&self, kind: Kind, part: &str) -> [u8; 16] {
        self.mac(
            Transcript::new("lianfang/name-part/v1")
                .u16(kind.number())
                .bytes(part.as_bytes()),
        )
    }

    /// Everything an entry is found by.
    pub(crate) fn links_of(&self, entry: &NewEntry) -> Vec<NewLink> {
        let mut links = Vec::new();
        for (identifier_index, canonical) in identifiers_of(entry) {
            let Some(identifier) = entry.subject.identifiers.get(usize::from(identifier_index)) else {
                continue;
            };
            let link = |key, level| NewLink {
                key,
                identifier_index,
                kind: canonical.kind.number(),
                level,
                role: i16::from(identifier.role.number()),
            };
            links.push(link(self.identity(&canonical), canonical.level.number()));
            if is_name(canonical.kind) {
                let parts = parts_of(&canonical.value);
                links.extend(
                    parts
                        .iter()
                        .map(|part| link(self.part(canonical.kind, part), PART)),
                );
            }
        }
        links
    }

    fn mac(&self, input: Transcript) -> [u8; 16] {
        let whole: [u8; 32] = self
            .0
            .clone()
            .chain_update(input.finish())
            .finalize()
            .into_bytes()
            .into();
        let mut cut = [0; 16];
        cut.copy_from_slice(&whole[..16]);
        cut
    }
}

/// Kinds that are ranked by resemblance.
pub(super) fn is_name(kind: Kind) -> bool {
    matches!(kind, Kind::LegalNameCn | Kind::LegalNameEn | Kind::Brand)
}
