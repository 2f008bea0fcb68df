pub(crate) mod authority;
pub(crate) mod door;
pub(crate) mod entries;
pub(crate) mod federation;
pub(crate) mod node;
pub(crate) mod process;
pub(crate) mod slow;
pub(crate) mod tokens;
