//! The brake: what is seen of each publisher is counted, and a flood waits for a person. The last good digest stays in
//! force meanwhile, for review.

mod counters;
mod growth;
mod roster;
mod run;

pub(crate) use counters::Counters;
pub(crate) use growth::Reached;
pub(crate) use run::day;
