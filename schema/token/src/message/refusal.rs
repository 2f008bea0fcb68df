use serde::{Deserialize, Serialize};

/// Why a committee member evaluates nothing of a request. JSON carries the code and the figures, beside a
/// problem document of the same type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case", deny_unknown_fields)]
pub enum EvalError {
    /// The request names another generation than the one in force.
    #[error("the key share is of generation {current}")]
    StaleGeneration { current: u32 },
    /// The caller's budget for the section's class is used up.
    #[error("the token budget is used up; ask again in {retry_after} s")]
    OverBudget {
        /// Seconds until the request would be paid for.
        retry_after: u32,
    },
    /// The element at this position is the identity or not canonical.
    #[error("element {index} of section {section} isn't a valid group element")]
    BadElement { section: u8, index: u16 },
    /// The caller isn't an active member.
    #[error("the caller isn't an active member")]
    #[serde(rename = "not-a-member")]
    NotMember,
    /// The responder holds no share of the key.
    #[error("this node holds no share of that key")]
    UnknownKey,
}

impl EvalError {
    /// Stable code: the slug of the problem type.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StaleGeneration { .. } => "stale-generation",
            Self::OverBudget { .. } => "over-budget",
            Self::BadElement { .. } => "bad-element",
            Self::NotMember => "not-a-member",
            Self::UnknownKey => "unknown-key",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_carries_the_same_code_and_comes_back() {
        let refusals = [
            EvalError::StaleGeneration { current: 7 },
            EvalError::OverBudget { retry_after: 60 },
            EvalError::BadElement {
                section: 1,
                index: 4095,
            },
            EvalError::NotMember,
            EvalError::UnknownKey,
        ];
        for refusal in refusals {
            let json = serde_json::to_value(refusal).unwrap();
            assert_eq!(json["code"], refusal.code());
            assert_eq!(serde_json::from_value::<EvalError>(json).unwrap(), refusal);
        }
    }
}
