//! What this node's own entries, shared or not, have in common with a screened subject: identifiers that come back
//! under another name, and names that much resemble one. Everything here stays inside the node (docs/adr/0006).

mod describe;
mod find;
mod keyed;
mod names;
mod rank;
mod relink;
mod together;

pub(crate) use find::MOST_ENTRIES;
pub(crate) use keyed::LinkKey;
