//! What is wrong with a JSON document, and where, without repeating any of its values.

use lianfang_wire::problem::Violation;
use lianfang_wire::{Problem, ProblemType};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

/// Parses `bytes`; the problem names the field by JSON pointer (RFC 6901).
///
/// # Errors
/// `malformed` when it isn't JSON, `invalid` when it isn't a `T`.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Box<Problem>> {
    // To know the way to every field costs more than to read it, and hardly any document is wrong.
    serde_json::from_slice(bytes).or_else(|_| parse_by_steps(bytes))
}

fn parse_by_steps<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Box<Problem>> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        refused(error.inner(), pointer)
    })?;
    reader.end().map_err(|error| refused(&error, String::new()))?;
    Ok(value)
}

fn refused(error: &serde_json::Error, pointer: String) -> Box<Problem> {
    let problem = if error.is_data() {
        Problem::new(ProblemType::Invalid).errors(vec![violation(&text_of(error), pointer)])
    } else {
        let place = format!(
            "It ends, or stops being JSON, at line {}, column {}.",
            error.line(),
            error.column()
        );
        Problem::new(ProblemType::Malformed).detail(place)
    };
    Box::new(problem)
}

/// The message without its place.
fn text_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn violation(message: &str, pointer: String) -> Violation {
    let named = |rest: &str| rest.split('`').nth(1).unwrap_or_default().to_owned();
    if message.starts_with("missing field") {
        let field = format!("{pointer}/{}", named(message));
        return Violation::new(field, "is required", "add it");
    }
    if message.starts_with("unknown field") {
        return Violation::new(pointer, "isn't a field of this object", known(message));
    }
    if message.starts_with("unknown variant") {
        return Violation::new(pointer, "isn't a word of its vocabulary", known(message));
    }
    if message.starts_with("duplicate field") {
        return Violation::new(pointer, "occurs twice", "give it once");
    }
    if message.starts_with("invalid ") {
        return Violation::new(pointer, "is of the wrong type or length", expected(message));
    }
    if message.starts_with("UUID") {
        return Violation::new(pointer, "isn't a UUID", "use the id that this node gave");
    }
    // What is left are the fixed texts of our own types.
    Violation::new(pointer, message, "correct it")
}

/// `…, expected one of …`, which is ours and not the sender's.
fn known(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, names)) => format!("use {names}"),
        None => "remove it".to_owned(),
    }
}

fn expected(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, what)) => format!("give {what}"),
        None => "correct it".to_owned(),
    }
}

fn pointer(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Map { key } => {
                text.push('/');
                text.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Seq { index } => text.push_str(&format!("/{index}")),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Outer {
        items: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Inner {
        count: u8,
        colour: Colour,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
        Green,
    }

    fn broken(text: &str) -> Violation {
        parse::<Outer>(text.as_bytes()).unwrap_err().errors.remove(0)
    }

    #[test]
    fn the_pointer_leads_to_the_field() {
        let found =
            broken(r#"{"items":[{"count":1,"colour":"red"},{"count":"13800138000","colour":"red"}]}"#);
        assert_eq!(found.field, "/items/1/count");
        assert_eq!(broken(r#"{"items":[{"colour":"red"}]}"#).field, "/items/0/count");
        assert_eq!(broken(r#"{"items":[],"a/b":1}"#).field, "/a~1b");
    }

    #[test]
    fn no_value_is_repeated() {
        for text in [
            r#"{"items":[{"count":"secret","colour":"red"}]}"#,
            r#"{"items":[{"count":1,"colour":"secret"}]}"#,
            r#"{"items":"secret"}"#,
            r#"{"items":[{"count":1,"colour":", expected secret"}]}"#,
        ] {
            let problem = parse::<Outer>(text.as_bytes()).unwrap_err();
            let shown = serde_json::to_string(&problem).unwrap();
            assert!(!shown.contains("secret"), "{shown}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed_and_what_follows_it_too() {
        for text in ["", "{", "{}}", "\u{1}", r#"{"items":[]} x"#] {
            let problem = parse::<Outer>(text.as_bytes()).unwrap_err();
            let expected = if text == "{}}" {
                ProblemType::Invalid
            } else {
                ProblemType::Malformed
            };
            assert_eq!(problem.kind(), Some(expected), "{text:?}");
        }
    }
}
