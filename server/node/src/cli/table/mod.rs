//! Tables of sellers as platforms have them: CSV with one identifier per row. Rows with the same
//! `client_reference` that follow each other are one seller.

mod batches;
mod file;
mod kinds;
mod mapping;
mod reader;
mod rejects;
mod subject;

pub(super) use batches::{Batches, Load, Sent};
pub(super) use file::{open, progress, reason};
pub use kinds::{KindNames, Unknown};
pub use mapping::{Mapping, MappingError};
pub use reader::{Row, TableError, rows};
pub(super) use rejects::Rejects;
pub use subject::{Group, Left, groups};

/// How tables are read, for `--help`.
pub const HELP: &str = "\
A CSV file has a header and one identifier per row, in the columns client_reference, name, kind and value. \
Rows that follow each other with the same client_reference are one seller; name may be empty. \
Columns with other names are mapped with --map: `--map client_reference=ent_num --map kind=id_type`. \
Kinds with other names are mapped with --map too: `--map kind:USCC=cn_uscc`. \
The names ent_num, id_type and those of common registers (USCC, WEBSITE, EMAIL, PHONE, LEI, VAT, …) are known without it. \
Kinds that aren't known are reported and skipped.";
