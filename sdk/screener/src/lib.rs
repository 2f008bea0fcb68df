//! Screening index (PROTOCOL.md §4): which digest lists may hold a token. A hit is *possible*, never more;
//! whether it is real only the publisher's sealed record says (PROTOCOL.md §5).
//!
//! Nothing here does I/O: whoever embeds the index reads or maps the bytes, builds beside the running index and
//! swaps.

mod index;

pub use index::{Index, IndexError, ListHandle, Source};
