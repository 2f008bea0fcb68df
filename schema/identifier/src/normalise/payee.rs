use std::collections::HashMap;
use std::sync::LazyLock;

use super::{bank, email, phone};
use crate::canonical::{Canonical, Check};
use crate::text::charmap::rows;
use crate::text::{field, latin};
use crate::{Kind, Region, Reject, Trace};

pub(crate) const PROVIDERS: &str = include_str!("../../data/payment_providers.tsv");

static TABLE: LazyLock<HashMap<&str, Provider>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for row in rows(PROVIDERS) {
        let mut columns = row.split('\t');
        let (Some(code), Some(names), Some(accounts)) = (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        let region = columns.next().and_then(|region| region.parse().ok());
        for name in names.split(',') {
            table.insert(
                name,
                Provider {
                    code,
                    accounts,
                    region,
                },
            );
        }
    }
    table
});

#[derive(Clone, Copy)]
struct Provider {
    code: &'static str,
    accounts: &'static str,
    region: Option<Region>,
}

/// Provider and the identifier inside it: a phone or mail address by its own rules, else the account as the provider
/// writes it.
pub(super) fn normalise(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let text = field::plain(raw, trace)?;
    let (name, account) = fields(&text)?;
    let name = provider_name(name);
    let provider = known_provider(&name);
    let code = match provider {
        Some(provider) => provider.code,
        None if is_plain_name(&name) => &name,
        None => return Err(Reject::Issuer),
    };
    let region = provider.and_then(|provider| provider.region).or(region);
    let inner = inner(provider, account, region, trace)?;
    trace.note("account", &inner.value);
    let value = format!("{code}|{}", inner.value);
    Ok(vec![
        Canonical::strict(Kind::Payee, value, inner.check).repaired(inner.repaired),
    ])
}

/// Provider and account, separated by a bar, else by a colon or the first space.
fn fields(text: &str) -> Result<(&str, &str), Reject> {
    if is_paypal_link(text) {
        return Ok(("paypal", text));
    }
    let parts = field::split(text);
    match parts.as_slice() {
        [provider, account] => Ok((provider, account)),
        [one] => one
            .split_once([':', ' '])
            .map(|(provider, account)| (provider, account.trim()))
            .ok_or(Reject::Fields),
        _ => Err(Reject::Fields),
    }
}

/// The provider, of which people also write that it is an account with it.
fn known_provider(name: &str) -> Option<Provider> {
    const ACCOUNT: &[&str] = &["账号", "账户", "帐号", "帳號", "帳戶", "收款", "account"];
    let bare = || {
        let bare = ACCOUNT.iter().find_map(|word| name.strip_suffix(word))?;
        TABLE.get(bare)
    };
    TABLE.get(name).or_else(bare).copied()
}

/// `paypal.me/name`, with or without a scheme.
fn is_paypal_link(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let bare = lower.strip_prefix("https://").or(lower.strip_prefix("http://"));
    let bare = bare.unwrap_or(&lower);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    bare.starts_with("paypal.me/") || bare.starts_with("paypal.com/paypalme/")
}

/// The name in a link to a `PayPal` account, also when blanks or look-alike letters stand in it: as any account they fall
/// away below, and what is left must not be a link again.
fn paypal_link_name(account: &str) -> Option<String> {
    let account: String = latin::ascii_expected(account)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase();
    let (_, name) = account
        .split_once("paypal.me/")
        .or_else(|| account.split_once("paypalme/"))?;
    Some(name.chars().take_while(char::is_ascii_alphanumeric).collect())
}

fn provider_name(text: &str) -> String {
    latin::ascii_expected(text)
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

fn is_plain_name(name: &str) -> bool {
    // A link is no provider's name.
    !matches!(name, "http" | "https")
        && (2..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

struct Inner {
    value: String,
    check: Check,
    repaired: bool,
}

impl From<Canonical> for Inner {
    fn from(form: Canonical) -> Self {
        Self {
            value: form.value,
            check: form.check,
            repaired: form.repaired,
        }
    }
}

fn inner(
    provider: Option<Provider>,
    account: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Inner, Reject> {
    let accounts = provider.map_or("email phone id", |provider| provider.accounts);
    let takes = |kind: &str| accounts.split(' ').any(|account| account == kind);
    if account.contains("**") {
        return Err(Reject::Masked);
    }
    if provider.is_some_and(|provider| provider.code == "paypal")
        && let Some(name) = paypal_link_name(account)
    {
        return plain_account(&format!("me:{name}"), true);
    }
    if takes("email") && account.contains('@') {
        return first(email::normalise(account, region, trace)?);
    }
    // A mail address keeps its letters: a homograph is another domain. Every other account is ASCII.
    let account = latin::ascii_expected(account);
    let account = account.as_ref();
    if takes("iban")
        && let Ok(value) = bank::read_iban(unlabel(&field::compact(account), &["IBAN"]))
    {
        return Ok(Inner {
            value,
            check: Check::Valid,
            repaired: false,
        });
    }
    if takes("card") {
        match bank::read_card(&field::compact(account)) {
            Ok(value) => {
                return Ok(Inner {
                    value,
                    check: Check::Valid,
                    repaired: false,
                });
            }
            Err(reject) if !takes("id") && !takes("phone") => return Err(reject),
            Err(_) => {}
        }
    }
    // A number whose blanks are out of place is a number as well.
    let joined: String = account.chars().filter(|c| !c.is_whitespace()).collect();
    for account in [account, &joined] {
        if !takes("phone") || !looks_like_phone(account) {
            break;
        }
        match phone::normalise(account, region, trace) {
            Ok(forms) => return first(forms),
            Err(reject @ (Reject::Dummy | Reject::ReservedNumber)) => return Err(reject),
            Err(_) => {}
        }
    }
    plain_account(
        account,
        !matches!(provider.map(|provider| provider.code), Some("stripe")),
    )
}

fn unlabel<'t>(text: &'t str, labels: &[&str]) -> &'t str {
    field::unlabelled(text, labels).pop().unwrap_or(text)
}

fn first(forms: Vec<Canonical>) -> Result<Inner, Reject> {
    forms.into_iter().next().map(Inner::from).ok_or(Reject::Format)
}

/// Not the 16-digit account numbers that start with 2088, nor user names.
fn looks_like_phone(account: &str) -> bool {
    let digits = account.chars().filter(char::is_ascii_digit).count();
    let letters = account.chars().filter(char::is_ascii_alphabetic).count();
    (7..=15).contains(&digits) && (letters == 0 || account.contains("tel"))
        || crate::text::numeral::digits(account)
            .chars()
            .filter(char::is_ascii_digit)
            .count()
            == 11
}

fn plain_account(account: &str, fold_case: bool) -> Result<Inner, Reject> {
    const LABELS: &[&str] = &[
        "账号",
        "账户",
        "帐号",
        "收款账号",
        "微信号",
        "商户号",
        "id",
        "account",
        "user",
        "wxid:",
    ];
    let account = latin::ascii_expected(account);
    let mut rest = account.trim();
    if let Some((label, value)) = rest.split_once(':')
        && LABELS.contains(&label.trim().to_lowercase().as_str())
    {
        rest = value.trim();
    }
    let digits_only = rest.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    let value: String = rest
        .chars()
        .filter(|c| !(c.is_whitespace() || digits_only && *c == '-'))
        .collect();
    let value = if fold_case { value.to_lowercase() } else { value };
    if value.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
        return Err(Reject::Length);
    }
    if value.len() > 128 {
        return Err(Reject::TooLong);
    }
    Ok(Inner {
        value,
        check: Check::NotApplicable,
        repaired: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str) -> Result<String, Reject> {
        normalise(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn one_account_however_it_is_written() {
        for raw in [
            "alipay | 15088915719",
            "Alipay | +86-15088915719",
            "支付宝 | 150 8891 5719",
            "支付宝：15088915719",
            "支付寶｜一五〇八八九一五七一九",
            "支付宝 |+ +86 150 8891 5719",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("alipay|+8615088915719"), "{raw}");
        }
        assert_eq!(
            value("PayPal | Liu.Yang9587@Gmail.com"),
            value("paypal|liuyang9587+x@googlemail.com")
        );
        assert_eq!(
            value("银联 | 6217 0018 1222 1524 466").as_deref(),
            Ok("unionpay|6217001812221524466")
        );
        assert_eq!(
            value("alipay | 2088 1023 4567 8901").as_deref(),
            Ok("alipay|2088102345678901")
        );
        assert_eq!(
            value("bank | IBAN AT60 2905 7564 4405 1527").as_deref(),
            Ok("bank|AT602905756444051527")
        );
    }

    #[test]
    fn providers_and_accounts_stay_apart() {
        assert_ne!(value("alipay | 15088915719"), value("wechatpay | 15088915719"));
        assert_ne!(value("alipay | 15088915719"), value("alipayhk | 15088915719"));
        assert_ne!(value("stripe | acct_1aB"), value("stripe | acct_1Ab"));
        assert_eq!(value("alipay"), Err(Reject::Fields));
    }

    #[test]
    fn a_link_is_the_name_in_it_whatever_stands_between_its_letters() {
        for raw in [
            "paypal | paypal.me/ThatSeller",
            "paypal | paypal.me/That Seller",
            "paypal | paypal. me/ThatSeller",
            "paypal | pay pal.me / ThatSeller",
            "paypal | p\u{430}yp\u{430}l.me/ThatSeller",
            "PayPal | www.paypal.com/paypal me/thatseller/25USD",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("paypal|me:thatseller"), "{raw}");
        }
    }
}
