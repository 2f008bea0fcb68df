use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::host;
use crate::canonical::{Canonical, Caution, Check};
use crate::deny::{self, Mailbox};
use crate::text::charmap::rows;
use crate::text::{field, latin};
use crate::{Kind, Region, Reject, Trace};

pub(crate) const PROVIDERS: &str = include_str!("../../data/mail_providers.tsv");

static TABLE: LazyLock<HashMap<&str, Provider>> = LazyLock::new(|| {
    rows(PROVIDERS)
        .filter_map(|row| {
            let mut columns = row.split('\t');
            let (name, domain) = (columns.next()?, columns.next()?);
            Some((
                name,
                Provider {
                    domain,
                    rules: columns.next().unwrap_or_default(),
                },
            ))
        })
        .collect()
});

struct Provider {
    domain: &'static str,
    rules: &'static str,
}

/// Mailbox after the provider's own alias rules; the domain as A-label. Dots matter everywhere but where the
/// provider ignores them.
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let text = field::plain(raw, trace)?;
    let address = address(&text)?;
    trace.note("address", &address);
    let (local, domain) = read(&address)?;
    let value = format!("{local}@{domain}");
    trace.note("provider", &value);
    let form = Canonical::strict(Kind::Email, value, Check::NotApplicable);
    match deny::mailbox(&local, &domain, TABLE.contains_key(domain.as_str())) {
        Mailbox::Own => Ok(vec![form]),
        Mailbox::Role => Ok(vec![form.cautioned(Caution::RoleMailbox)]),
        Mailbox::Refused(reject) => Err(reject),
    }
}

/// The mailbox that an address names.
fn read(address: &str) -> Result<(String, String), Reject> {
    let (local, domain) = address.rsplit_once('@').ok_or(Reject::Format)?;
    let domain = host::to_ascii(&host::decode(domain))?;
    mailbox(local, &domain)
}

/// `local@domain` out of labels, display names, `mailto:` and spelled-out at-signs.
fn address(text: &str) -> Result<String, Reject> {
    if let Some(number) = qq_number(text) {
        return Ok(format!("{number}@qq.com"));
    }
    let text = host::refang(text);
    let text = at_sign(&text);
    let text = match (text.rfind('<'), text.rfind('>')) {
        (Some(open), Some(close)) if open < close => text.get(open + 1..close).unwrap_or_default(),
        _ => &text,
    };
    // A mailbox in brackets is the one that is meant; the name in front may be another.
    if !text.contains('<') && has_two(text) {
        return Err(Reject::Ambiguous);
    }
    last_address(text)
}

/// The address at the last at-sign.
fn last_address(text: &str) -> Result<String, Reject> {
    let text = text.rsplit_once("mailto:").map_or(text, |(_, rest)| rest);
    let text = text.split('?').next().unwrap_or_default();
    let at = text.rfind('@').ok_or(Reject::Format)?;
    let (before, after) = (
        text.get(..at).unwrap_or_default(),
        text.get(at + 1..).unwrap_or_default(),
    );
    let local = local_part(before);
    let after = after.trim_start();
    let stop = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';' | ')' | ']' | '>' | '"' | '/' | '(' | '，' | '；' | '、' | ':'
            )
    };
    let dotted = comma_for_dot(after);
    let after = dotted.as_deref().unwrap_or(after);
    let domain = after.split(stop).next().unwrap_or_default();
    if local.is_empty() || domain.is_empty() {
        return Err(Reject::Format);
    }
    if local.contains("**") {
        return Err(Reject::Masked);
    }
    Ok(format!("{local}@{}", domain.trim_end_matches('.')))
}

/// Two different mailboxes side by side: nobody can say which is meant.
fn has_two(text: &str) -> bool {
    let around = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '|' | '，' | '；' | '、');
    let words = text.split(around).filter(|word| {
        let parts = word.split_once('@');
        parts
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
    });
    let mut mailboxes = words.filter_map(|word| read(&last_address(word).ok()?).ok());
    let first = mailboxes.next();
    mailboxes.any(|other| first.as_ref().is_some_and(|first| *first != other))
}

/// `QQ：12345678`: the number is a mailbox of its provider.
fn qq_number(text: &str) -> Option<&str> {
    const LABELS: &[&str] = &["qq号码", "qq号", "qq邮箱", "qq", "扣扣"];
    let label = LABELS.iter().find(|label| {
        let head = text.get(..label.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(label))
    })?;
    let number = text.get(label.len()..)?.trim_start_matches([':', ' ', '：']);
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (5..=11).contains(&number.len()) && !number.starts_with('0')).then_some(number)
}

/// `gmail,com`: a comma in place of the dot, in front of one of the common ends.
fn comma_for_dot(after: &str) -> Option<String> {
    let (name, end) = after.split_once(',')?;
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let ends = ["com", "cn", "net", "org"];
    (plain(name) && ends.contains(&end.trim_end().to_ascii_lowercase().as_str()))
        .then(|| format!("{name}.{end}"))
}

/// What people write to hide an at-sign.
fn at_sign(text: &str) -> Cow<'_, str> {
    if text.contains("@@") && text.matches('@').count() == 2 {
        return Cow::Owned(text.replace("@@", "@"));
    }
    if text.contains('@') {
        let signs = ["[@]", "(@)", "{@}"];
        return match signs.iter().find(|sign| text.contains(**sign)) {
            Some(sign) => Cow::Owned(text.replace(sign, "@")),
            None => Cow::Borrowed(text),
        };
    }
    let lower = text.to_ascii_lowercase();
    for sign in [
        "%40", "&#64;", "(at)", "[at]", "{at}", "<at>", "_at_", " at ", "艾特", "(a)", "#", "★", "☆", "♠",
        "圈a",
    ] {
        if lower.matches(sign).count() == 1 && lower.len() == text.len() {
            let at = lower.find(sign).unwrap_or_default();
            let (before, rest) = text.split_at(at);
            return Cow::Owned(format!(
                "{}@{}",
                before.trim_end(),
                rest.get(sign.len()..)
                    .unwrap_or_default()
                    .trim_start()
                    .replace("_dot_", ".")
            ));
        }
    }
    Cow::Borrowed(text)
}

/// The local part without a label or name before it, comments and quotes.
fn local_part(before: &str) -> String {
    let before = before.trim_end();
    if let Some(quoted) = before.strip_suffix('"') {
        return unglued(quoted.rsplit('"').next().unwrap_or_default()).to_owned();
    }
    let cut = |c: char| {
        c.is_whitespace() || matches!(c, ':' | ',' | ';' | '(' | ')' | '<' | '"' | '，' | '=' | '/')
    };
    let word = match before.rsplit_once(')') {
        Some((comment, "")) => comment.rsplit_once('(').map_or(before, |(word, _)| word),
        _ => before,
    };
    unglued(word.rsplit(cut).next().unwrap_or_default()).to_owned()
}

/// Chinese words glued to the address are a label; an address in Chinese letters stays whole.
fn unglued(word: &str) -> &str {
    /// What is taken off the front of a whole address as well, so that it can't stay in front of this part.
    const AROUND: [char; 9] = ['<', '>', '"', '\'', ',', ';', '。', '，', '；'];
    let word = word.trim_start_matches(AROUND);
    let label = |c: char| super::super::text::han::is_han(c) || AROUND.contains(&c);
    match word.trim_start_matches(label) {
        "" => word,
        address => address,
    }
}

/// Local part and domain after the provider's rules.
fn mailbox(local: &str, domain: &str) -> Result<(String, String), Reject> {
    let local: String = local.chars().filter(|c| !c.is_whitespace()).collect();
    let provider = TABLE.get(domain);
    let Some(provider) = provider else {
        let local = lower(&local);
        return check_local(&local).map(|()| (local, domain.to_owned()));
    };
    // The big providers hand out ASCII mailboxes only: anything else is a look-alike.
    let mut local = lower(&latin::ascii_expected(&local));
    let rule = |name: &str| provider.rules.split(' ').any(|rule| rule == name);
    if rule("tag") {
        local = local.split('+').next().unwrap_or_default().to_owned();
    }
    if rule("dots") {
        local.retain(|c| c != '.');
    }
    if rule("marks") {
        local.retain(|c| !matches!(c, '.' | '-' | '_'));
    }
    if rule("dash") {
        local = local.replace('-', ".");
    }
    check_local(&local)?;
    if !local.is_ascii() {
        return Err(Reject::Alphabet);
    }
    Ok((local, provider.domain.to_owned()))
}

fn lower(text: &str) -> String {
    text.to_lowercase().replace('\u{307}', "")
}

/// RFC 5321: 64 octets; dots neither first, last nor doubled; no specials, nor what a label ends with: without its quotes
/// such a mailbox reads as another one.
fn check_local(local: &str) -> Result<(), Reject> {
    if local.is_empty() {
        return Err(Reject::Format);
    }
    if local.len() > 64 {
        return Err(Reject::Length);
    }
    let special = |c: char| {
        matches!(
            c,
            '"' | '(' | ')' | ',' | '/' | ':' | ';' | '<' | '=' | '>' | '@' | '[' | '\\' | ']' | '|'
        ) || c.is_control()
    };
    if local.contains(special) || local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(Reject::Alphabet);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str) -> Result<String, Reject> {
        normalise(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn one_mailbox_however_it_is_written() {
        for raw in [
            "Top.Seller1707@Gmail.com",
            "topseller1707+x@googlemail.com",
            "mailto:topseller1707@gmail.com?subject=hi",
            "Wang <topseller1707@gmail.com>",
            "邮箱：topseller1707@gmail.com",
            "邮箱topseller1707@gmail.com",
            "topseller1707 (at) gmail (dot) com",
            "topseller1707[at]gmail[dot]com",
            "topseller1707#gmail.com",
            "topseller1707@gmail.com.",
            "tоpseller1707@gmail.com",
            "topseller1707 at gmail dot com",
            "topseller1707%40gmail.com",
            "topseller1707＠gmail。com",
            "topseller1707@ gmail.com",
            "topseller1707@gmail .com",
            "\"top.seller1707\"@gmail.com",
            "\"Wang, `topseller1707@gmail.com",
            "邮箱'topseller1707@gmail.com'",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("topseller1707@gmail.com"), "{raw}");
        }
    }

    #[test]
    fn dots_and_tags_count_where_the_provider_counts_them() {
        assert_eq!(value("a.b+c@acme-shop.de").as_deref(), Ok("a.b+c@acme-shop.de"));
        assert_eq!(value("a.bcd@outlook.com").as_deref(), Ok("a.bcd@outlook.com"));
        assert_eq!(value("a-b.c@ya.ru"), value("a.b-c@yandex.com"));
        assert_ne!(value("аbc@acme-shop.de"), value("abc@acme-shop.de"));
    }

    #[test]
    fn one_mailbox_named_twice_is_one() {
        for raw in [
            "a1b2@qq.com;A1B2@qq.com",
            "邮箱：a1b2@qq.com；a1b2@qq.com",
            "mailto:a1b2@qq.com a1b2@qq.com",
            "Email:a1b2@qq.com, E-Mail:A1b2@QQ.com",
            "x9y8@qq.com <a1b2@qq.com>",
            "a1b2@qq.com",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("a1b2@qq.com"), "{raw}");
        }
    }

    #[test]
    fn shared_mailboxes_are_candidates_or_refused() {
        let form = &normalise("info@acme-shop.de", None, &mut Trace::off()).unwrap()[0];
        assert_eq!(
            (form.level, form.caution),
            (crate::Level::Folded, Some(Caution::RoleMailbox))
        );
        for (raw, reject) in [
            ("noreply@acme-shop.de", Reject::RoleMailbox),
            ("info@gmail.com", Reject::RoleMailbox),
            ("x7f@mailinator.com", Reject::DisposableDomain),
            ("a@example.com", Reject::ReservedDomain),
            ("a**b@qq.com", Reject::Masked),
            ("a@@", Reject::Format),
            ("a1b2@qq.com;x9y8@qq.com", Reject::Ambiguous),
            ("a1b2@qq.com x9y8@163.com", Reject::Ambiguous),
        ] {
            assert_eq!(value(raw), Err(reject), "{raw}");
        }
    }
}
