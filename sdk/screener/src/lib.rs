//! Screening index (PROTOCOL.md §4): which digest lists may hold a token. A hit is *possible*, never more;
//! whether it is real only the publisher's sealed record says (PROTOCOL.md §5).
//!
//! [`Bases`] are bit-sliced by size class, [`Changes`] merge what came and went since; an [`Index`] answers over
//! both, one token at a time or in batches. A [`Roster`] is the other way round: many own tokens against one
//! arriving delta or base.
//!
//! Nothing here does I/O: whoever embeds the index reads or maps the bytes, builds beside the running index and
//! swaps. Images are built locally and never taken from a peer.

mod aligned;
mod bases;
mod batch;
mod changes;
mod image;
mod index;
mod merged;
mod roster;
mod rows;
mod sliced;

pub use aligned::AlignedBytes;
pub use bases::{BaseSource, Bases, write_bases};
pub use changes::{ChangeSource, Changes};
pub use image::ImageError;
pub use index::{Current, Index, IndexError, ListHandle, ListMemory, MAX_LISTS, Source};
pub use roster::{NotARoster, Roster};
