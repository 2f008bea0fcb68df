use std::fmt::Display;

use lianfang_wire::Problem;
use lianfang_wire::problem::Violation;

use super::Messages;

/// Why a command failed, to be said in the operator's language on one line.
#[derive(Debug)]
pub enum Fault {
    /// A sentence of the catalogue.
    Said {
        key: &'static str,
        with: Vec<(&'static str, String)>,
    },
    /// The node's own problem document.
    Refused(Box<Problem>),
    /// A sentence that a lower layer wrote for operators.
    Plain(String),
}

impl Fault {
    /// The sentence `fault.<key>` of the catalogue.
    pub fn new(key: &'static str) -> Self {
        Self::Said {
            key,
            with: Vec::new(),
        }
    }

    /// Fills a blank of the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        if let Self::Said { with, .. } = &mut self {
            with.push((name, value.to_string()));
        }
        self
    }

    /// The whole sentence, on one line.
    pub fn text(&self, messages: &Messages) -> String {
        let text = match self {
            Self::Said { key, with } => messages.say(&format!("fault.{key}"), with),
            Self::Refused(problem) => describe(problem, messages),
            Self::Plain(text) => text.clone(),
        };
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// A sentence that needs no translation because it is a lower layer's.
    pub fn plain(error: impl Display) -> Self {
        Self::Plain(error.to_string())
    }
}

fn describe(problem: &Problem, messages: &Messages) -> String {
    let mut text = messages.problem(problem);
    if let Some(detail) = &problem.detail {
        text.push_str(": ");
        text.push_str(detail);
    }
    for violation in &problem.errors {
        text.push_str(&format!("; {}", told(violation)));
    }
    if let Some(seconds) = problem.retry_after {
        text.push_str("; ");
        text.push_str(&messages.say("fault.retry_after", &[("seconds", seconds.to_string())]));
    }
    text
}

/// A broken rule: where, which, and what to do.
pub(super) fn told(violation: &Violation) -> String {
    format!("{} {} ({})", violation.field, violation.rule, violation.fix)
}

impl From<lianfang_sdk::Error> for Fault {
    fn from(error: lianfang_sdk::Error) -> Self {
        match error {
            lianfang_sdk::Error::Refused(problem) => Self::Refused(problem),
            lianfang_sdk::Error::Timeout => Self::new("timeout"),
            lianfang_sdk::Error::Unreachable(reason) => Self::new("unreachable").with("reason", reason),
            other => Self::plain(other),
        }
    }
}

impl From<crate::config::ConfigError> for Fault {
    fn from(error: crate::config::ConfigError) -> Self {
        match error {
            crate::config::ConfigError::Missing(file) => Self::new("no_config").with("file", file.display()),
            crate::config::ConfigError::Refused { file, reason } => Self::new("bad_config")
                .with("file", file.display())
                .with("reason", reason),
        }
    }
}

impl From<crate::wiring::StartError> for Fault {
    fn from(error: crate::wiring::StartError) -> Self {
        match error {
            crate::wiring::StartError::NoFederation => Self::new("no_federation"),
            crate::wiring::StartError::ClockOfTests => Self::new("clock_of_tests"),
            crate::wiring::StartError::NoMember(node) => Self::new("no_member").with("node", node),
            crate::wiring::StartError::AnotherSigningKey(node) => {
                Self::new("another_signing_key").with("node", node)
            }
            crate::wiring::StartError::Contradicts { field, here, there } => {
                Self::new("contradicts_membership")
                    .with("field", field)
                    .with("here", here)
                    .with("there", there)
            }
            other => Self::plain(other),
        }
    }
}

impl From<crate::traces::TracesError> for Fault {
    fn from(error: crate::traces::TracesError) -> Self {
        match error {
            crate::traces::TracesError::NotBuilt => Self::new("traces_not_built"),
            other => Self::plain(other),
        }
    }
}

impl From<crate::data::FolderError> for Fault {
    fn from(error: crate::data::FolderError) -> Self {
        use crate::data::FolderError;
        use lianfang_certs::CertError;

        match error {
            FolderError::Certificate(CertError::RevokesAuthority)
            | FolderError::CertificateIn(_, CertError::RevokesAuthority) => Self::new("revokes_authority"),
            other => Self::plain(other),
        }
    }
}

impl From<lianfang_store::StoreError> for Fault {
    fn from(error: lianfang_store::StoreError) -> Self {
        Self::new("store").with("reason", error)
    }
}

impl From<lianfang_flow::FlowError> for Fault {
    fn from(error: lianfang_flow::FlowError) -> Self {
        match error {
            lianfang_flow::FlowError::Internal(reason) => Self::plain(reason),
            other => Self::Refused(Box::new(other.problem())),
        }
    }
}
