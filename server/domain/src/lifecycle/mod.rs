//! Life of an entry (PROTOCOL.md §6): one enum with its data and one function that moves it.

mod calendar;
mod deadline;
mod state;
mod transition;

pub use calendar::add_working_days;
pub use deadline::{
    Deadline, OnLapse, binding_deadline, contest_deadline, forwarding_deadline, recorded_deadline,
};
pub use state::{State, effective_state};
pub use transition::{Circumstances, Refusal, apply, begins_deadline};
