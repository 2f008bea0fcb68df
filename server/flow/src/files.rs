//! Trouble with the node's own files, told apart as an operator has to, and counted.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};

use crate::FlowError;

/// Why a file of this node's couldn't be read or written. Neither the text nor [`FileError::code`] names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The disk or a quota is used up.
    #[error("the disk of the data folder is full")]
    Full,
    /// Neither the file system nor its permissions let the node in.
    #[error("the data folder is read-only or closed to this node")]
    ReadOnly,
    /// It can't be reached at present.
    #[error("a file or folder in the data folder can't be reached")]
    Unavailable,
}

impl FileError {
    /// Stable reason code for logs, figures and reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "files_full",
            Self::ReadOnly => "files_read_only",
            Self::Unavailable => "files_unavailable",
        }
    }
}

impl From<&Error> for FileError {
    fn from(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::Full,
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Unavailable,
        }
    }
}

/// What went wrong with the files of one folder since the start.
#[derive(Debug, Clone)]
pub(crate) struct Troubles {
    folder: &'static str,
    counted: Arc<Mutex<BTreeMap<&'static str, u64>>>,
}

impl Troubles {
    pub(crate) fn of(folder: &'static str) -> Self {
        Self {
            folder,
            counted: Arc::default(),
        }
    }

    /// Writes an error down and says what to answer.
    pub(crate) fn note(&self, error: &Error) -> FlowError {
        let trouble = FileError::from(error);
        let (folder, code) = (self.folder, trouble.code());
        tracing::error!(folder, code, error.kind = ?error.kind(), "files of the data folder can't be used");
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.entry(code).or_default() += 1;
        FlowError::Files(trouble)
    }

    /// How often, by folder and reason code.
    pub(crate) fn counted(&self) -> BTreeMap<(&'static str, &'static str), u64> {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let each = counted.iter();
        each.map(|(code, count)| ((self.folder, *code), *count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_a_closed_folder_and_anything_else_are_told_apart_and_counted() {
        let troubles = Troubles::of("bodies");
        for (kind, code) in [
            (ErrorKind::StorageFull, "files_full"),
            (ErrorKind::QuotaExceeded, "files_full"),
            (ErrorKind::FileTooLarge, "files_full"),
            (ErrorKind::ReadOnlyFilesystem, "files_read_only"),
            (ErrorKind::PermissionDenied, "files_read_only"),
            (ErrorKind::NotADirectory, "files_unavailable"),
            (ErrorKind::Other, "files_unavailable"),
        ] {
            let noted = troubles.note(&Error::from(kind));
            assert!(
                matches!(noted, FlowError::Files(trouble) if trouble.code() == code),
                "{kind:?}"
            );
        }
        let counted: Vec<_> = troubles.counted().into_iter().collect();
        let expected = [
            ("files_full", 3),
            ("files_read_only", 2),
            ("files_unavailable", 2),
        ];
        assert_eq!(counted, expected.map(|(code, count)| (("bodies", code), count)));
    }
}
