//! What all doors share: reading bodies, naming requests, answering every error as a problem document.

mod body;
mod boundary;
mod head;
mod line_name;
mod line_reader;
mod ndjson;
mod parameters;
mod passing;
pub(crate) mod pointer;
mod range;
mod routes;
mod timeout;

pub use body::{Binary, Json, read_keyed};
pub use boundary::{Door, RequestId, boundary};
pub use head::head_fits;
pub use ndjson::{LINES, Line, Lines, answer_lines};
pub use parameters::{path_rules, query_rules};
pub use passing::{LineResult, Passing};
pub use range::{Range, Requested, requested};
pub use routes::Routes;
pub use timeout::answer_in_time;
