use lianfang_wire::screening::Screening;
use lianfang_wire::vocabulary::VerdictName;

use crate::cli::Terminal;

/// What a script acts on, from harmless to severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Clear,
    Incomplete,
    Review,
    Block,
}

impl Verdict {
    pub(super) fn of(answer: &Screening) -> Self {
        match answer.verdict {
            VerdictName::Block => Self::Block,
            VerdictName::Review => Self::Review,
            VerdictName::Clear if answer.complete => Self::Clear,
            VerdictName::Clear => Self::Incomplete,
        }
    }

    pub(super) fn exit_code(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Review => 10,
            Self::Incomplete => 11,
            Self::Block => 20,
        }
    }

    /// In order, so that the most severe of many can be told.
    pub(super) fn severity(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Incomplete => 1,
            Self::Review => 2,
            Self::Block => 3,
        }
    }

    /// The one of this severity.
    pub(super) fn of_severity(severity: u8) -> Self {
        match severity {
            0 => Self::Clear,
            1 => Self::Incomplete,
            2 => Self::Review,
            _ => Self::Block,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Clear => "word.clear",
            Self::Review => "word.review",
            Self::Incomplete => "word.incomplete",
            Self::Block => "word.block",
        }
    }
}

/// The verdict and its reasons' codes in one line for people.
pub(super) fn sentence(answer: &Screening, terminal: &Terminal) -> String {
    let mut text = terminal.say(Verdict::of(answer).key(), &[]);
    let codes: std::collections::BTreeSet<_> = answer
        .reasons
        .iter()
        .filter_map(|reason| serde_json::to_value(reason.code).ok())
        .filter_map(|code| code.as_str().map(str::to_owned))
        .collect();
    if !codes.is_empty() {
        text.push_str(&format!(
            " ({})",
            codes.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
    text
}
