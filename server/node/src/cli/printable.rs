use std::borrow::Cow;

/// The text for a terminal: whatever would steer it, rather than be shown, is replaced.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    with_each(text, |_| char::REPLACEMENT_CHARACTER.to_string())
}

/// A JSON document that says the same and has nothing in it that steers a terminal.
pub(super) fn escaped(json: &str) -> Cow<'_, str> {
    with_each(json, |steering| format!("\\u{:04x}", u32::from(steering)))
}

fn with_each(text: &str, instead: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            shown.push_str(&instead(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Control characters of both sets (ECMA-48 §5.2, §5.3), but for those that lay text out, and what turns the direction of
/// writing (UAX #9 §2.1 to §2.5).
fn steers(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Erases the screen, sets the title, the same with C1, returns the carriage, turns the direction.
    const HOSTILE: &str = "a\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}2J\u{7f}\r\u{202e}b\u{2066}";

    #[test]
    fn nothing_of_what_others_say_steers_the_terminal() {
        assert_eq!(
            printable(HOSTILE),
            "a\u{fffd}[2J\u{fffd}]0;t\u{fffd}\u{fffd}2J\u{fffd}\u{fffd}\u{fffd}b\u{fffd}"
        );
        for own in ["", "刘德华\t联防\n", "café — ok"] {
            assert_eq!(printable(own), own);
        }
    }

    #[test]
    fn a_document_stays_the_same_document() {
        let document = serde_json::json!({ "title": HOSTILE, "name": "刘" });
        for text in [
            document.to_string(),
            serde_json::to_string_pretty(&document).unwrap(),
        ] {
            let text = escaped(&text);
            assert_eq!(printable(&text), text);
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&text).unwrap(),
                document
            );
        }
    }
}
