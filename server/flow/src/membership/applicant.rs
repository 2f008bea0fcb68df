//! What a request to join may say: it is written by whoever wants to join, and goes into everybody's membership document.

use lianfang_identifier::Region;
use lianfang_wire::ProblemType;
use lianfang_wire::join::JoinRequest;

use super::reached::is_reached;
use crate::FlowError;

/// Bytes of a name for people, at most.
const LONGEST_NAME: usize = 200;

/// # Errors
/// Invalid, with the field, the rule and the fix in words.
pub(super) fn check(request: &JoinRequest) -> Result<(), FlowError> {
    let is_name = |text: &str| {
        !text.trim().is_empty() && text.len() <= LONGEST_NAME && !text.chars().any(char::is_control)
    };
    let rules = [
        (
            is_name(&request.name) && is_name(&request.operator),
            "`name` and `operator` are 1 to 200 bytes without control characters: set both in the configuration of the \
             node that asks, and let it make its request anew.",
        ),
        (
            request
                .jurisdiction
                .parse::<Region>()
                .is_ok_and(|region| region.as_str() == request.jurisdiction),
            "`jurisdiction` is two upper-case letters (ISO 3166-1 alpha-2): set node.jurisdiction of the node that asks, \
             and let it make its request anew.",
        ),
        (
            is_reached(&request.endpoint, &request.hosts),
            "The host of `endpoint` isn't among `hosts`, so that its certificate wouldn't be accepted there: let the node \
             make its request anew with the address that the others reach it at.",
        ),
    ];
    match rules.into_iter().find(|(holds, _)| !holds) {
        Some((_, rule)) => Err(FlowError::because(ProblemType::Invalid, rule)),
        None => Ok(()),
    }
}
