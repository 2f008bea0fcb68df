use crate::{Canonical, InputKind, Level, Region, Reject, Step, Trace, normalise};

/// A language of the texts for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

/// Each step from a raw value to its canonical forms, and the forms or why there are none.
///
/// The steps hold the value itself: they are for the person who typed it, never for a log.
pub fn explain(
    kind: InputKind,
    value: &str,
    region: Option<Region>,
) -> (Vec<Step>, Result<Vec<Canonical>, Reject>) {
    let mut steps = vec![Step {
        rule: "raw",
        text: visible(&shortened(value)),
    }];
    let outcome = normalise::run(kind, value, region, &mut Trace::into(&mut steps));
    (steps, outcome)
}

/// [`explain`] as text, one step a line, with every form and the reasons in the given language: why a value is
/// rejected, or only a candidate.
pub fn explain_text(kind: InputKind, value: &str, region: Option<Region>, language: Language) -> String {
    let mut text = String::new();
    let (steps, outcome) = explain(kind, value, region);
    for step in &steps {
        text += &line(step.rule, &visible(&step.text));
    }
    match outcome {
        Ok(forms) => forms.iter().for_each(|form| text += &form_lines(form, language)),
        Err(reject) => text += &line("rejected", &reason(reject, language)),
    }
    text
}

fn form_lines(form: &Canonical, language: Language) -> String {
    let rule = if form.level == Level::Strict {
        "canonical"
    } else {
        "candidate"
    };
    let repaired = if form.repaired { ", repaired" } else { "" };
    let mut notes = format!(
        "{} {} {}  [check {}{repaired}]",
        form.kind,
        form.level.name(),
        form.value,
        form.check.name()
    );
    if let Some(caution) = form.caution {
        let sentence = if language == Language::Chinese {
            caution.chinese()
        } else {
            caution.english()
        };
        notes += &format!(" {}: {sentence}", caution.code());
    }
    line(rule, &notes)
}

fn reason(reject: Reject, language: Language) -> String {
    let sentence = if language == Language::Chinese {
        reject.chinese()
    } else {
        reject.english()
    };
    format!("{}: {sentence}", reject.code())
}

fn line(rule: &str, text: &str) -> String {
    format!("{rule:<14}{text}\n")
}

/// The first characters of a value, so that a megabyte doesn't fill the screen.
fn shortened(value: &str) -> String {
    const SHOWN: usize = 400;
    match value.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", value.get(..at).unwrap_or_default()),
        None => value.to_owned(),
    }
}

/// Invisible and control characters as code points.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden =
            c.is_control() || crate::text::prepass::is_ignorable(c) || (c.is_whitespace() && c != ' ');
        if hidden {
            shown += &format!("<U+{:04X}>", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_shown_with_the_outcome() {
        let text = explain_text(
            "cn_uscc".parse().unwrap(),
            "USCC: 9I35\u{200b}0100m000100y43",
            None,
            Language::English,
        );
        for part in [
            "raw           USCC: 9I35<U+200B>0100m000100y43",
            "prepass",
            "label",
            "repaired",
            "candidate     cn_org_code",
            "derived:",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn a_reject_says_why_in_two_languages() {
        let kind = "email".parse().unwrap();
        assert!(
            explain_text(kind, "noreply@acme.de", None, Language::English)
                .contains("role_mailbox: a mailbox of a role")
        );
        assert!(
            explain_text(kind, "noreply@acme.de", None, Language::Chinese).contains("role_mailbox: 岗位")
        );
        assert_eq!(explain(kind, "x", None).1, Err(Reject::Format));
    }
}
