//! Tables of sellers as platforms have them: CSV with one identifier per row. Rows with the same
//! `client_reference` that follow each other are one seller.

mod answers;
mod batch;
mod checkpoint;
mod encoding;
mod fields;
mod file;
mod framing;
mod kinds;
mod loading;
mod mapping;
mod patience;
mod reader;
mod rejects;
mod source;
mod subject;
mod summary;
mod task;
mod written;

pub(super) use file::{load, meaning, meaning_of_subjects, reason};
pub use kinds::{KindNames, Known, Unknown};
pub use mapping::{Mapping, MappingError};
pub use reader::{Row, Rows, TableError, rows};
pub(super) use source::{Reading, Source};
pub use subject::{Because, Group, Left, groups};
pub(super) use task::{AnswersTo, Load, Seller, Sent, Task};

/// How tables are read, for `--help`.
pub const HELP: &str = "\
A CSV file has a header and one identifier per row, in the columns client_reference, name, kind and value. \
Rows that follow each other with the same client_reference are one seller; name may be empty. \
Columns with other names are mapped with --map: `--map client_reference=ent_num --map kind=id_type`. \
Kinds with other names are mapped with --map too: `--map kind:USCC=cn_uscc`. \
The names ent_num, id_type and those of common registers (USCC, WEBSITE, EMAIL, PHONE, LEI, VAT, …) are known without it. \
Rows of kinds that aren't known are left out, which fails a screening, and with --strict any other run; \
--ignore-kind names kinds that are to be passed over.

Commas, semicolons or tabs stand between fields, as the header says. A row is at most 1 MiB long and has at most 1,024 fields \
of 64 KiB. Rows that aren't taken are kept in FILE.rejects.csv (or .jsonl) with line and reason; mended, that file can be \
loaded like any other. An interrupted command goes on where it stopped when it is run again; a pipe begins anew.";
