//! Entries: recording, reading, moving through their lifecycle.

mod apply;
mod complete;
mod import;
mod name;
mod read;
mod record;
mod seal;
mod view;

pub use name::RequestName;
pub use read::EntryFilter;
pub use record::Recorded;

pub(crate) use apply::{Step, told};
pub(crate) use seal::without_event;
pub(crate) use view::{grade_of, open_content, state_of};
