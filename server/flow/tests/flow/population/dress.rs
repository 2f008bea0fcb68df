use rand_chacha::ChaCha20Rng;

use super::below;

/// How sellers write an old identifier when they come back: full-width, spaced, invisible characters, labels,
/// country codes, other scripts' digits, capitals, links with tracking. The value stays the same for a person.
pub(crate) fn dressed(kind: &str, value: &str, rng: &mut ChaCha20Rng) -> String {
    let dresses: &[fn(&str) -> String] = match kind {
        "phone" => &[
            |phone| format!("+86 {} {} {}", &phone[..3], &phone[3..7], &phone[7..]),
            |phone| format!("0086-{phone}"),
            |phone| format!("手机：{}-{}-{}", &phone[..3], &phone[3..7], &phone[7..]),
            |phone| full_width(phone),
            |phone| invisible(phone),
            |phone| chinese_digits(phone),
            |phone| format!("tel:+86{phone}"),
            |phone| format!("+86 (0) {phone}"),
            |phone| format!("'{phone}"),
        ],
        "representative" => &[
            |number| number.to_lowercase(),
            |number| format!("身份证号：{number}"),
            |number| full_width(number),
            |number| invisible(number),
            |number| format!("{} {} {}", &number[..6], &number[6..14], &number[14..]),
        ],
        "payee" => &[
            |payee| payee.replace("wechatpay:", "微信："),
            |payee| payee.replace("wechatpay:", "WeChat: "),
            |payee| payee.replace("wechatpay:", "weixin | "),
            |payee| invisible(payee),
            |payee| full_width(payee),
        ],
        "card" => &[
            |card| {
                card.as_bytes()
                    .chunks(4)
                    .map(|part| String::from_utf8_lossy(part).into_owned())
                    .collect::<Vec<_>>()
                    .join(" ")
            },
            |card| full_width(card),
            |card| format!("卡号:{card}"),
            |card| invisible(card),
        ],
        "domain" => &[
            |domain| format!("https://www.{domain}/?utm_source=live"),
            |domain| domain.to_uppercase(),
            |domain| format!("{domain}."),
            |domain| full_width(domain),
            |domain| format!("http://{domain}:80/index.html"),
            |domain| domain.replace('.', "。"),
            |domain| invisible(domain),
        ],
        "shop" => &[
            |shop| format!("{shop}/?spm=a1z10.1&scene=taobao_shop"),
            |shop| shop.replace("https://", ""),
            |shop| shop.replace("https://", "HTTP://").replace("taobao", "TaoBao"),
            |shop| format!("<{shop}>"),
            |shop| invisible(shop),
        ],
        _ => &[|value| value.to_owned()],
    };
    dresses[below(rng, u32::try_from(dresses.len()).unwrap()) as usize](value)
}

fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        other => other,
    };
    text.chars().map(wide).collect()
}

fn invisible(text: &str) -> String {
    text.chars()
        .flat_map(|c| [c, '\u{200b}'])
        .chain(['\u{202c}'])
        .collect()
}

fn chinese_digits(text: &str) -> String {
    let digit = |c: char| {
        c.to_digit(10)
            .and_then(|at| "〇一二三四五六七八九".chars().nth(at as usize))
            .unwrap_or(c)
    };
    text.chars().map(digit).collect()
}
