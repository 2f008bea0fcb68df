use crate::{Class, Effect, Kind, Level, Strength};

/// One row of the table of kinds (PROTOCOL.md §1): what a kind is and what a match on it may do.
#[derive(Clone, Copy, Debug)]
pub struct KindInfo {
    pub kind: Kind,
    pub class: Class,
    pub strength: Strength,
    /// Can name a natural person: refused in shared digests until the federation is large enough.
    pub personal: bool,
    /// Levels its canonical forms come in.
    pub levels: &'static [Level],
    /// A check digit or checksum exists, at least for some issuers.
    pub checked: bool,
    /// log2 of the values that can exist: what an enumeration costs who holds the key.
    pub space_bits: u8,
    /// Version of the rules in force.
    pub norm_version: u8,
    /// The canonical form, in one line. Part of the rules digest.
    pub form: &'static str,
    /// Names a caller may use for it, besides its own.
    pub presets: &'static str,
}

/// The table of kinds, by ascending number.
pub fn kinds() -> impl ExactSizeIterator<Item = &'static KindInfo> {
    TABLE.iter()
}

/// The row of one kind.
pub fn info(kind: Kind) -> &'static KindInfo {
    let row = TABLE.binary_search_by_key(&kind.number(), |row| row.kind.number());
    // The table has a row for every kind; a test says so.
    &TABLE[row.unwrap_or_default()]
}

impl KindInfo {
    /// What a match on the kind may do to a verdict.
    pub fn effect(&self) -> Effect {
        match self.strength {
            Strength::Strong => Effect::Block,
            Strength::Medium => Effect::Review,
            Strength::Weak => Effect::Candidate,
            Strength::Genuine => Effect::Corroborate,
        }
    }
}

const STRICT: &[Level] = &[Level::Strict];
const FOLDED: &[Level] = &[Level::Folded];
const BOTH: &[Level] = &[Level::Strict, Level::Folded];

macro_rules! table {
    ($($kind:ident $class:ident $strength:ident personal=$personal:literal $levels:ident
       checked=$checked:literal bits=$bits:literal $form:literal $presets:literal;)*) => {
        const TABLE: &[KindInfo] = &[$(KindInfo {
            kind: Kind::$kind,
            class: Class::$class,
            strength: Strength::$strength,
            personal: $personal,
            levels: $levels,
            checked: $checked,
            space_bits: $bits,
            norm_version: 1,
            form: $form,
            presets: $presets,
        },)*];
    };
}

table! {
    CnUscc Organisation Strong personal=false STRICT checked=true bits=28
        "18 characters of 0-9A-HJ-NPQRTUWXY, GB 32100-2015" "";
    CnOrgCode Organisation Medium personal=false BOTH checked=true bits=28
        "9 characters, GB 11714; folded when taken out of a cn_uscc" "";
    TwUbn Organisation Strong personal=false STRICT checked=true bits=23 "8 digits" "";
    UsEin Organisation Strong personal=false STRICT checked=false bits=27 "9 digits" "";
    Duns Organisation Strong personal=false STRICT checked=false bits=28 "9 digits" "";
    Lei Organisation Strong personal=false STRICT checked=true bits=22 "20 characters, ISO 17442" "";
    EuVat Organisation Strong personal=false STRICT checked=true bits=26
        "country prefix (EL for Greece, XI for Northern Ireland) and number" "";
    Eori Organisation Strong personal=false STRICT checked=false bits=26 "country and up to 15 characters" "";
    LegalNameCn Organisation Weak personal=false FOLDED checked=false bits=27
        "simplified, without spaces and brackets, company form as #L, #J or #K" "";
    LegalNameEn Organisation Weak personal=false FOLDED checked=false bits=27
        "lower-case letters and digits, company form after #" "";
    Domain Organisation Medium personal=false STRICT checked=false bits=28
        "A-label host name without www" "";
    ShopUrl Organisation Strong personal=false STRICT checked=false bits=28
        "platform:shop for known hosts, else host/path" "";
    CnRic Person Strong personal=true STRICT checked=true bits=38
        "17 digits and check character, GB 11643" "";
    Passport Person Strong personal=true STRICT checked=false bits=30
        "ISO 3166-1 alpha-3 issuer|number" "";
    Phone Person Medium personal=true STRICT checked=false bits=33 "E.164 without extension" "phone_<region>";
    Email Person Medium personal=true BOTH checked=false bits=33
        "mailbox@A-label domain, after the provider's alias rules" "";
    BankCard Person Medium personal=true STRICT checked=true bits=33 "12 to 19 digits" "";
    Iban Person Strong personal=true STRICT checked=true bits=33 "ISO 13616 electronic format" "";
    Payee Person Medium personal=true STRICT checked=false bits=33 "provider|inner identifier" "";
    WalletBtc Person Medium personal=true STRICT checked=true bits=30 "base58check or lower-case bech32 address" "";
    WalletEth Person Medium personal=true STRICT checked=true bits=28 "0x and 40 lower-case hexadecimal digits" "";
    Gtin Goods Genuine personal=false BOTH checked=true bits=33 "14 digits" "";
    Isbn Goods Genuine personal=false STRICT checked=true bits=27 "13 digits" "";
    Asin Goods Genuine personal=false STRICT checked=false bits=30 "10 characters" "";
    Brand Goods Weak personal=false FOLDED checked=false bits=20
        "lower-case letters and digits, look-alikes read as Latin, simplified" "";
    BrandMpn Goods Genuine personal=false STRICT checked=false bits=32 "folded brand|part number" "";
    Trademark Goods Genuine personal=false STRICT checked=false bits=30
        "jurisdiction|number|Nice class" "";
    Patent Goods Genuine personal=false BOTH checked=true bits=27
        "office|number or office|number|kind; folded without the kind" "patent_<office>";
    ListingUrl Goods Strong personal=false BOTH checked=false bits=36
        "platform:item for known hosts, else host/path; folded for pages that sellers share" "";
    BatchOrSerial Goods Medium personal=false STRICT checked=false bits=34 "issuer|type|number" "";
    Consignment Goods Medium personal=false STRICT checked=true bits=34 "carrier|number" "";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row() {
        assert_eq!(TABLE.len(), Kind::ALL.len());
        for (row, kind) in TABLE.iter().zip(Kind::ALL) {
            assert_eq!(row.kind, *kind);
            assert_eq!(info(*kind).kind, *kind);
        }
    }

    #[test]
    fn names_and_the_genuine_never_block() {
        for row in kinds() {
            let folded_only = row.levels == FOLDED;
            assert_eq!(folded_only, row.strength == Strength::Weak, "{}", row.kind);
            if row.class == Class::Goods && row.effect() == Effect::Block {
                assert_eq!(row.kind, Kind::ListingUrl);
            }
        }
    }
}
