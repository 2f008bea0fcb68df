use lianfang_encoding::SubjectType;
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::vocabulary::Role;
use rand_chacha::ChaCha20Rng;

use super::check_digits::{gtin, luhn, org_code, ric, uscc};
use super::{below, one_of, some};

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";
const CODES: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const PLACES: &[(&str, &str)] = &[
    ("深圳市", "Shenzhen"),
    ("广州市", "Guangzhou"),
    ("义乌市", "Yiwu"),
    ("杭州", "Hangzhou"),
    ("泉州市", "Quanzhou"),
    ("莆田市", "Putian"),
];
const TRADES: &[(&str, &str)] = &[
    ("贸易", "Trading"),
    ("科技", "Technology"),
    ("电子商务", "E-Commerce"),
    ("服饰", "Garments"),
    ("鞋业", "Footwear"),
];
const COUNTIES: &[&str] = &[
    "110105", "310115", "330106", "330782", "350203", "350582", "370102", "420106", "440305", "510107",
];
/// Characters that company names are made of.
const SIGNS: &str =
    "鑫澜瀚晟骏骁翊珑璟煜烨熠睿昊旻晗沐沛泓洺涵淇淳渝溢漾澄璞瑜瑾琛珂玥芮芊莹蔚蕴曜朔朗杉柠桐梵棠楷榕";

/// What a platform knows about a seller.
#[derive(Debug, Clone)]
pub(crate) struct Seller {
    pub(crate) uscc: String,
    pub(crate) name_cn: String,
    pub(crate) name_en: String,
    pub(crate) brand: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) payee: String,
    pub(crate) card: String,
    /// Identity number of the legal representative.
    pub(crate) representative: String,
    pub(crate) domain: String,
    pub(crate) shop: String,
    pub(crate) gtin: String,
}

/// An invented seller that shares nothing with any other, but by chance.
pub(crate) fn seller(rng: &mut ChaCha20Rng) -> Seller {
    let (place_cn, place_en) = one_of(rng, PLACES);
    let (trade_cn, trade_en) = one_of(rng, TRADES);
    let sign = some(rng, SIGNS, 3);
    let word = some(rng, LETTERS, 9);
    let organisation = some(rng, CODES, 8).replace(['I', 'O', 'S', 'V', 'Z'], "A");
    let region = format!(
        "{}{}",
        one_of(rng, &["4403", "4401", "3307", "3301", "3505"]),
        "05"
    );
    let birth = format!(
        "{}{:02}{:02}",
        1960 + below(rng, 40),
        1 + below(rng, 12),
        1 + below(rng, 28)
    );
    Seller {
        uscc: uscc(&format!("91{region}{}", org_code(&organisation))),
        name_cn: format!("{place_cn}{sign}{trade_cn}有限公司"),
        name_en: format!("{place_en} {word} {trade_en} Co., Ltd."),
        brand: some(rng, LETTERS, 8),
        phone: phone(rng),
        email: format!("{}{}@qq.com", 1 + below(rng, 9), some(rng, DIGITS, 8)),
        payee: format!("wechatpay:wxid_{}", some(rng, LETTERS, 14)),
        card: luhn(&format!("622202{}", some(rng, DIGITS, 12))),
        representative: ric(&format!(
            "{}{birth}{}",
            one_of(rng, COUNTIES),
            some(rng, DIGITS, 3)
        )),
        domain: format!("{}-{}.com", some(rng, LETTERS, 9), some(rng, LETTERS, 4)),
        // So many that no two sellers have the same by chance: a shop is one seller's.
        shop: format!("https://shop1{}.taobao.com", some(rng, DIGITS, 13)),
        gtin: gtin(&format!("69{}", some(rng, DIGITS, 10))),
    }
}

fn phone(rng: &mut ChaCha20Rng) -> String {
    let operator = one_of(rng, &["138", "139", "150", "186", "177", "199"]);
    format!("{operator}{}", some(rng, DIGITS, 8))
}

fn identifier(kind: &str, value: &str, role: Role) -> Identifier {
    Identifier {
        kind: kind.to_owned(),
        value: value.to_owned(),
        region: Some("CN".to_owned()),
        role,
        verified: true,
        observed_at: None,
    }
}

impl Seller {
    /// Everything the platform asks an applicant for.
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            kind: SubjectType::Seller,
            natural_person: false,
            identifiers: self.identifiers(),
        }
    }

    fn identifiers(&self) -> Vec<Identifier> {
        vec![
            identifier("cn_uscc", &self.uscc, Role::Own),
            identifier("legal_name_cn", &self.name_cn, Role::Own),
            identifier("legal_name_en", &self.name_en, Role::Own),
            identifier("brand", &self.brand, Role::Own),
            identifier("phone_cn", &self.phone, Role::Contact),
            identifier("email", &self.email, Role::Contact),
            identifier("payee", &self.payee, Role::Payee),
            identifier("bank_card", &self.card, Role::Payee),
            identifier("cn_ric", &self.representative, Role::LegalRepresentative),
            identifier("domain", &self.domain, Role::Own),
            identifier("shop_url", &self.shop, Role::Own),
            identifier("gtin", &self.gtin, Role::Own),
        ]
    }
}
