/// Makes two tests out of one: `name::sqlite` and `name::postgres`.
macro_rules! both {
    ($(#[doc = $doc:literal])* fn $name:ident($database:ident) $body:block) => {
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "some tests need nothing from around them")]
            use super::*;

            fn check($database: &lianfang_store::testing::TestDatabase) $body

            #[test]
            fn sqlite() {
                check(&lianfang_store::testing::TestDatabase::sqlite());
            }

            #[test]
            fn postgres() {
                check(&lianfang_store::testing::TestDatabase::postgres());
            }
        }
    };
}
pub(crate) use both;
