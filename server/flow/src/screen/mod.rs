//! Screening (PROTOCOL.md §5): normalise → tokens → index → possible hits → confirm → policy → verdict.

mod answer;
mod batch;
mod decision;
mod findings;
mod keep;
mod normalise;
mod run;
mod test_publisher;

pub(crate) use keep::Journal;
pub(crate) use normalise::normalise;
