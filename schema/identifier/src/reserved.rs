use crate::Kind;

/// Domain under which reserved test identifiers live (RFC 6761 reserves `.test`).
pub const TEST_DOMAIN: &str = "lianfang.test";

/// What screening a reserved test identifier answers on every node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TestOutcome {
    Clear,
    Review,
    Block,
    Unavailable,
}

impl TestOutcome {
    /// Every outcome.
    pub const ALL: [TestOutcome; 4] = [Self::Clear, Self::Review, Self::Block, Self::Unavailable];

    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Review => "review",
            Self::Block => "block",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Canonical values that can never be issued: an unassignable region, an LEI prefix without an operating unit, a
/// reserved domain, fictional telephone numbers, the GS1 demonstration prefix.
const TESTS: [(Kind, TestOutcome, &str); 36] = [
    (Kind::CnUscc, TestOutcome::Clear, "91990001LF00000169"),
    (Kind::CnUscc, TestOutcome::Review, "91990002LF0000024J"),
    (Kind::CnUscc, TestOutcome::Block, "91990003LF0000032U"),
    (Kind::CnUscc, TestOutcome::Unavailable, "91990004LF00000405"),
    (Kind::Lei, TestOutcome::Clear, "0000LFTE000000010097"),
    (Kind::Lei, TestOutcome::Review, "0000LFTE000000020088"),
    (Kind::Lei, TestOutcome::Block, "0000LFTE000000030079"),
    (Kind::Lei, TestOutcome::Unavailable, "0000LFTE000000040070"),
    (Kind::Domain, TestOutcome::Clear, "clear.lianfang.test"),
    (Kind::Domain, TestOutcome::Review, "review.lianfang.test"),
    (Kind::Domain, TestOutcome::Block, "block.lianfang.test"),
    (
        Kind::Domain,
        TestOutcome::Unavailable,
        "unavailable.lianfang.test",
    ),
    (Kind::ShopUrl, TestOutcome::Clear, "lianfang.test/shop/clear"),
    (Kind::ShopUrl, TestOutcome::Review, "lianfang.test/shop/review"),
    (Kind::ShopUrl, TestOutcome::Block, "lianfang.test/shop/block"),
    (
        Kind::ShopUrl,
        TestOutcome::Unavailable,
        "lianfang.test/shop/unavailable",
    ),
    (Kind::Phone, TestOutcome::Clear, "+12025550101"),
    (Kind::Phone, TestOutcome::Review, "+12025550102"),
    (Kind::Phone, TestOutcome::Block, "+12025550103"),
    (Kind::Phone, TestOutcome::Unavailable, "+12025550104"),
    (Kind::Email, TestOutcome::Clear, "clear@lianfang.test"),
    (Kind::Email, TestOutcome::Review, "review@lianfang.test"),
    (Kind::Email, TestOutcome::Block, "block@lianfang.test"),
    (Kind::Email, TestOutcome::Unavailable, "unavailable@lianfang.test"),
    (Kind::Gtin, TestOutcome::Clear, "09520000000110"),
    (Kind::Gtin, TestOutcome::Review, "09520000000219"),
    (Kind::Gtin, TestOutcome::Block, "09520000000318"),
    (Kind::Gtin, TestOutcome::Unavailable, "09520000000417"),
    (Kind::ListingUrl, TestOutcome::Clear, "lianfang.test/item/clear"),
    (Kind::ListingUrl, TestOutcome::Review, "lianfang.test/item/review"),
    (Kind::ListingUrl, TestOutcome::Block, "lianfang.test/item/block"),
    (
        Kind::ListingUrl,
        TestOutcome::Unavailable,
        "lianfang.test/item/unavailable",
    ),
    (Kind::LegalNameEn, TestOutcome::Clear, "lianfangtestclear#COL"),
    (Kind::LegalNameEn, TestOutcome::Review, "lianfangtestreview#COL"),
    (Kind::LegalNameEn, TestOutcome::Block, "lianfangtestblock#COL"),
    (
        Kind::LegalNameEn,
        TestOutcome::Unavailable,
        "lianfangtestunavailable#COL",
    ),
];

/// What a reserved test identifier answers; `None` for every other value.
pub fn reserved_test(kind: Kind, canonical: &str) -> Option<TestOutcome> {
    TESTS
        .iter()
        .find(|(k, _, value)| *k == kind && *value == canonical)
        .map(|&(_, outcome, _)| outcome)
}

/// The reserved test identifiers of a kind, with what they answer; empty for kinds without any.
pub fn reserved_tests(kind: Kind) -> impl Iterator<Item = (TestOutcome, &'static str)> {
    TESTS
        .iter()
        .filter(move |(k, _, _)| *k == kind)
        .map(|&(_, outcome, value)| (outcome, value))
}

pub(crate) fn is_test_value(kind: Kind, canonical: &str) -> bool {
    reserved_test(kind, canonical).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonicalise;

    #[test]
    fn every_test_value_is_its_own_canonical_form() {
        for (kind, outcome, value) in TESTS {
            let forms = canonicalise(kind.into(), value, None).unwrap();
            assert!(
                forms.iter().any(|form| form.kind == kind && form.value == value),
                "{kind} {value}"
            );
            assert_eq!(reserved_test(kind, value), Some(outcome));
        }
        assert_eq!(reserved_test(Kind::Email, "somebody@lianfang.test"), None);
    }

    #[test]
    fn a_kind_has_all_four_outcomes_or_none() {
        for &kind in Kind::ALL {
            assert!(matches!(reserved_tests(kind).count(), 0 | 4), "{kind}");
        }
    }
}
