pub(crate) mod door;
pub(crate) mod federation;
