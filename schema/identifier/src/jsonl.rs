use std::io::{self, BufRead, Read, Write};

use serde::Serialize;

use crate::{Canonical, InputKind, Region, Reject, canonicalise};

/// Longest record, in bytes; what is longer is refused as `too_long` without being kept in memory.
pub const LONGEST_RECORD: usize = 8 << 20;

/// Reads CSV `kind,value` without a header and writes one JSON line per record, in order: the contract of
/// `lianfang identifier canonical`.
///
/// A value without quotes may hold commas. Hostile bytes lead to a reject on their own line, never to an error.
///
/// # Errors
/// Only what `reader` and `writer` report.
pub fn canonical_jsonl(
    mut reader: impl BufRead,
    mut writer: impl Write,
    region: Option<Region>,
) -> io::Result<()> {
    let mut record = Vec::new();
    while let Some(read) = next_record(&mut reader, &mut record)? {
        let line = match read {
            Record::TooLong => refused("", Reject::TooLong),
            Record::Whole if record.iter().all(u8::is_ascii_whitespace) => continue,
            Record::Whole => answer(&record, region),
        };
        serde_json::to_writer(&mut writer, &line)?;
        writer.write_all(b"\n")?;
    }
    writer.flush()
}

enum Record {
    Whole,
    TooLong,
}

/// One record: a line, or several while a quoted field is open.
fn next_record(reader: &mut impl BufRead, record: &mut Vec<u8>) -> io::Result<Option<Record>> {
    record.clear();
    let mut quoted = false;
    loop {
        let start = record.len();
        let room = (LONGEST_RECORD + 1).saturating_sub(start) as u64;
        let read = reader.by_ref().take(room).read_until(b'\n', record)?;
        if read == 0 && start == 0 {
            return Ok(None);
        }
        if record.len() > LONGEST_RECORD {
            skip_line(reader, record.last() == Some(&b'\n'))?;
            return Ok(Some(Record::TooLong));
        }
        let line = record.get(start..).unwrap_or_default();
        quoted = if start == 0 { opens_quote(line) } else { quoted } && !closes_quote(line, start == 0);
        if !quoted || read == 0 {
            return Ok(Some(Record::Whole));
        }
    }
}

fn skip_line(reader: &mut impl BufRead, ended: bool) -> io::Result<()> {
    let mut ended = ended;
    while !ended {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let newline = buffer.iter().position(|&byte| byte == b'\n');
        ended = newline.is_some();
        let used = newline.map_or(buffer.len(), |at| at + 1);
        reader.consume(used);
    }
    Ok(())
}

/// The value starts with a quote.
fn opens_quote(line: &[u8]) -> bool {
    let comma = line.iter().position(|&byte| byte == b',');
    comma.is_some_and(|comma| line.get(comma + 1) == Some(&b'"'))
}

/// An odd number of quotes closes the field (the first line has its opening quote too).
fn closes_quote(line: &[u8], first: bool) -> bool {
    let quotes = line.iter().filter(|&&byte| byte == b'"').count();
    if first {
        quotes.is_multiple_of(2)
    } else {
        !quotes.is_multiple_of(2)
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Forms { kind: String, canonical: Vec<Form> },
    Refused { kind: String, reject: &'static str },
}

#[derive(Serialize)]
struct Form {
    kind: &'static str,
    level: &'static str,
    value: String,
    check: &'static str,
    repaired: bool,
}

impl From<Canonical> for Form {
    fn from(form: Canonical) -> Self {
        Self {
            kind: form.kind.name(),
            level: form.level.name(),
            value: form.value,
            check: form.check.name(),
            repaired: form.repaired,
        }
    }
}

fn refused(kind: &str, reject: Reject) -> Line {
    Line::Refused {
        kind: kind.chars().take(64).collect(),
        reject: reject.code(),
    }
}

fn answer(record: &[u8], region: Option<Region>) -> Line {
    let (kind, value) = match split(record) {
        Ok(fields) => fields,
        Err((kind, reject)) => return refused(&kind, reject),
    };
    let Ok(input) = kind.parse::<InputKind>() else {
        return refused(&kind, Reject::UnknownKind);
    };
    match canonicalise(input, &value, region) {
        Ok(forms) => Line::Forms {
            kind,
            canonical: forms.into_iter().map(Form::from).collect(),
        },
        Err(reject) => refused(&kind, reject),
    }
}

/// Kind and value; a kind that cannot be read is shown as far as it goes.
fn split(record: &[u8]) -> Result<(String, String), (String, Reject)> {
    let record = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    let comma = record.iter().position(|&byte| byte == b',');
    let (kind, value) = match comma {
        Some(comma) => record.split_at(comma),
        None => (record, &b""[..]),
    };
    let kind = String::from_utf8_lossy(kind).trim().trim_matches('"').to_owned();
    if comma.is_none() {
        return Err((kind, Reject::BadLine));
    }
    match std::str::from_utf8(value.get(1..).unwrap_or_default()) {
        Ok(value) => Ok((kind, unquote(value))),
        Err(_) => Err((kind, Reject::NotUtf8)),
    }
}

/// RFC 4180: a quoted field without its quotes, doubled quotes halved.
fn unquote(value: &str) -> String {
    match value
        .strip_prefix('"')
        .and_then(|inner| inner.trim_end_matches([' ', '\t']).strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(input: &[u8]) -> Vec<String> {
        let mut output = Vec::new();
        canonical_jsonl(input, &mut output, None).unwrap();
        String::from_utf8(output)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn each_record_answers_on_its_own_line() {
        let lines = run(
            "phone_cn,18615020612\ncn_uscc,1\nnope,1\nlegal_name_en,\"ACME\nCO., LTD\"\r\nlei".as_bytes(),
        );
        assert_eq!(
            lines,
            [
                r#"{"kind":"phone_cn","canonical":[{"kind":"phone","level":"strict","value":"+8618615020612","check":"na","repaired":false}]}"#,
                r#"{"kind":"cn_uscc","reject":"length"}"#,
                r#"{"kind":"nope","reject":"unknown_kind"}"#,
                r#"{"kind":"legal_name_en","canonical":[{"kind":"legal_name_en","level":"folded","value":"acme#COL","check":"na","repaired":false}]}"#,
                r#"{"kind":"lei","reject":"bad_line"}"#,
            ]
        );
    }

    #[test]
    fn hostile_bytes_are_refused_on_their_line() {
        let mut input = b"email,\xff\xfe@x\nlei,".to_vec();
        input.extend(std::iter::repeat_n(b'9', 1 << 20));
        input.extend(b"\nlei,");
        input.extend(std::iter::repeat_n(b'9', LONGEST_RECORD));
        input.extend(b"\nlei,1\n");
        let lines = run(&input);
        assert_eq!(lines[0], r#"{"kind":"email","reject":"not_utf8"}"#);
        assert_eq!(lines[1], r#"{"kind":"lei","reject":"too_long"}"#);
        assert_eq!(lines[2], r#"{"kind":"","reject":"too_long"}"#);
        assert_eq!(lines[3], r#"{"kind":"lei","reject":"length"}"#);
        assert_eq!(lines.len(), 4);
    }
}
