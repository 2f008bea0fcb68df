//! The routes of each door. Handlers translate between HTTP and `lianfang_flow`, nothing else.

mod alike;
pub mod federation;
pub mod operator;
pub mod ops;
pub mod platform;
pub mod regulator;

use crate::problem::Failure;
use lianfang_flow::FlowError;

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        let problem = error.problem();
        if problem.status >= 500 {
            tracing::error!(error = %error, problem.status = problem.status, "the node failed to answer");
        }
        problem.into()
    }
}
