use actix_web::web::{PathConfig, QueryConfig};
use lianfang_wire::ProblemType;

use crate::problem::Failure;

/// A path segment of the wrong form names nothing.
pub fn path_rules() -> PathConfig {
    PathConfig::default().error_handler(|_, _| Failure::new(ProblemType::NotFound).into())
}

/// A query that isn't understood is refused, not ignored.
pub fn query_rules() -> QueryConfig {
    QueryConfig::default().error_handler(|_, _| {
        let detail = "A query parameter isn't known here or has a value of the wrong form.";
        Failure::detail(ProblemType::Malformed, detail).into()
    })
}
