//! Screening (PROTOCOL.md §5): normalise → tokens → index → possible hits → confirm → policy → verdict.

mod answer;
mod basis;
mod batch;
mod decision;
mod findings;
mod keep;
mod normalise;
mod run;
mod test_publisher;

pub(crate) use basis::{Reading, reading};
pub(crate) use keep::{Journal, journal};
pub(crate) use normalise::normalise;
pub use run::Answered;
