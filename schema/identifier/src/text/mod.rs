//! What happens to text before a kind looks at it: the pre-pass of every kind, and foldings some kinds add.

pub(crate) mod charmap;
pub(crate) mod field;
pub(crate) mod glyph;
pub(crate) mod han;
pub(crate) mod latin;
pub(crate) mod numeral;
pub(crate) mod prepass;
pub(crate) mod sheet;
