use crate::text::{field, han, latin};
use crate::{Reject, Trace};

/// Words people write before a name.
const LABELS: &[&str] = &[
    "公司名称",
    "企业名称",
    "公司全称",
    "企业全称",
    "名称",
    "商户名称",
    "店铺名称",
    "单位名称",
    "公司",
    "company name",
    "company",
    "legal name",
    "name",
    "brand",
    "品牌",
    "品牌名",
    "品牌名称",
    "商标",
    "supplier",
    "seller",
    "vendor",
    "manufacturer",
    "卖家",
    "厂家",
    "公司名稱",
    "企業名稱",
    "名稱",
];

/// The readings of a name: marks of trade stripped, letters plain, lower case, look-alikes as Latin, and as written
/// where a word is wholly in another script.
pub(super) fn readings(raw: &str, trace: &mut Trace<'_>) -> Result<Vec<String>, Reject> {
    let raw = without_signs(raw);
    let text = field::plain(&raw, trace)?;
    // Radicals are symbols to Unicode: they must be characters before symbols are dropped.
    let text = if text.is_ascii() {
        text
    } else {
        han::settle_variants(&text).into()
    };
    let text = without_label(&text);
    let text = latin::plain_letters(text);
    trace.note("letters", &text);
    let (latin, native) = latin::readings(&text);
    let mut readings = vec![lower(&latin)];
    if let Some(native) = native {
        readings.push(lower(&native));
    }
    if let Some(first) = readings.first() {
        trace.note("look-alikes", first);
    }
    if readings
        .iter()
        .all(|reading| !reading.chars().any(char::is_alphanumeric))
    {
        return Err(Reject::Format);
    }
    Ok(readings)
}

/// Blanks the signs of registration. NFKC would turn ™ into the letters TM; a circled R is a sign unless other
/// letters are circled too.
fn without_signs(raw: &str) -> String {
    let circled = |c: char| ('\u{24B6}'..='\u{24E9}').contains(&c);
    let sign = |c: char| matches!(c, 'ⓡ' | 'Ⓡ' | 'ⓒ' | 'Ⓒ');
    let dressed = raw.chars().any(|c| circled(c) && !sign(c));
    raw.chars()
        .map(|c| match c {
            '™' | '℠' | '®' | '©' | '℗' | '🄬' | '🅮' | '🄫' => ' ',
            _ if sign(c) && !dressed => ' ',
            _ => c,
        })
        .collect()
}

fn without_label(text: &str) -> &str {
    let text = text.trim_matches(['"', '\'', '[', ']', ' ', ';']);
    match text.split_once(':') {
        Some((label, rest)) => {
            let label = label.trim().to_lowercase();
            if LABELS.contains(&label.as_str()) && !rest.trim().is_empty() {
                rest.trim()
            } else {
                text
            }
        }
        None => text,
    }
}

/// Lower case letter by letter, so that none depends on its neighbours, without what that leaves behind (`İ` becomes
/// `i` and a combining dot).
fn lower(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|&c| c != '\u{307}')
        .collect()
}

/// The foldings of a raw name, each its own folding: `fold` is applied until nothing changes, since a word put together
/// by one pass can mean something to the next.
pub(super) fn settled(
    raw: &str,
    trace: &mut Trace<'_>,
    fold: impl Fn(&str, &mut Trace<'_>) -> Result<Vec<String>, Reject>,
) -> Result<Vec<String>, Reject> {
    settled_by(raw, trace, &fold, |value| fold(value, &mut Trace::off()))
}

/// [`settled`] with a shorter way to fold what is folded already.
pub(super) fn settled_by(
    raw: &str,
    trace: &mut Trace<'_>,
    fold: impl Fn(&str, &mut Trace<'_>) -> Result<Vec<String>, Reject>,
    again_fold: impl Fn(&str) -> Result<Vec<String>, Reject>,
) -> Result<Vec<String>, Reject> {
    let mut settled: Vec<String> = Vec::with_capacity(2);
    for mut value in fold(raw, trace)? {
        let mut again = again_fold(&value)?;
        for _ in 0..4 {
            if again.contains(&value) {
                break;
            }
            value = again.into_iter().next().ok_or(Reject::Format)?;
            again = again_fold(&value)?;
        }
        if !again.contains(&value) {
            return Err(Reject::Format);
        }
        if !settled.contains(&value) {
            settled.push(value);
        }
    }
    if settled.is_empty() {
        Err(Reject::Format)
    } else {
        Ok(settled)
    }
}

/// A mark that belongs to the letter before it in scripts other than Latin (vowel signs, kana voicing).
pub(super) fn is_letter_mark(c: char) -> bool {
    !latin::is_mark(c) && !c.is_alphanumeric() && is_combining(c)
}

fn is_combining(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}
