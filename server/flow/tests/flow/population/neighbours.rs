use rand_chacha::ChaCha20Rng;

use super::{Seller, below, seller};

/// Somebody else who looks like `old` in one respect and is not: a namesake, a neighbour in the same building, a
/// shop with the same agent's mailbox, the brand's owner, a number one digit away, a specimen in place of a number.
pub(crate) fn innocent_beside(old: &Seller, rng: &mut ChaCha20Rng) -> Seller {
    let own = seller(rng);
    match below(rng, 8) {
        0 => Seller {
            name_en: old.name_en.clone(),
            name_cn: old.name_cn.clone(),
            ..own
        },
        1 => Seller {
            phone: next(&old.phone),
            ..own
        },
        2 => Seller {
            email: "info@registrations-for-all.com".to_owned(),
            ..own
        },
        3 => Seller {
            phone: "13800138000".to_owned(),
            email: "noreply@qq.com".to_owned(),
            ..own
        },
        // The owner of the brand that was counterfeited, with the genuine article.
        4 => Seller {
            gtin: old.gtin.clone(),
            brand: old.brand.clone(),
            ..own
        },
        5 => Seller {
            domain: old.domain.replace('-', ""),
            shop: format!("{}1", old.shop.trim_end_matches(".taobao.com")) + ".taobao.com",
            ..own
        },
        6 => Seller {
            payee: format!("{}x", old.payee),
            ..own
        },
        _ => own,
    }
}

/// The line beside it: the last digit one up.
fn next(phone: &str) -> String {
    let (rest, last) = phone.split_at(phone.len() - 1);
    format!("{rest}{}", (last.parse::<u32>().unwrap() + 1) % 10)
}
