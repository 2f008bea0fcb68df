use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::sealing::SealingError;

/// Why the store couldn't do what was asked. The text and [`StoreError::code`] hold neither SQL nor values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another writer or too many readers hold the database; the same call may succeed in a moment.
    #[error("the database is busy")]
    Busy,
    /// The database can't be reached or opened.
    #[error("the database can't be reached")]
    Unavailable,
    /// The row exists already, or another row depends on it.
    #[error("the change conflicts with what is stored")]
    Conflict,
    /// No such row.
    #[error("nothing is stored under this key")]
    NotFound,
    /// What is stored can't be read back as what it must be.
    #[error("what is stored is damaged")]
    Corrupt,
    /// The disk or the database's quota is used up.
    #[error("the database is full")]
    Full,
    /// The file or the server allows no writing.
    #[error("the database is read-only")]
    ReadOnly,
    /// The caller's sealer refused; nothing was written.
    #[error("what was to be written couldn't be sealed or signed")]
    Sealing,
    /// The URL names no database this program knows.
    #[error("a database url is sqlite:PATH or postgres://…")]
    Url,
    /// The embedded migrations and the database disagree.
    #[error("the database's schema can't be migrated")]
    Migration,
    /// A statement failed for a reason that points at a mistake in this crate.
    #[error("the database refused a statement")]
    Refused,
}

impl StoreError {
    /// Stable reason code for logs and problem documents.
    pub fn code(self) -> &'static str {
        match self {
            Self::Busy => "store_busy",
            Self::Unavailable => "store_unavailable",
            Self::Conflict => "store_conflict",
            Self::NotFound => "store_not_found",
            Self::Corrupt => "store_corrupt",
            Self::Full => "store_full",
            Self::ReadOnly => "store_read_only",
            Self::Sealing => "store_sealing",
            Self::Url => "store_url",
            Self::Migration => "store_migration",
            Self::Refused => "store_refused",
        }
    }
}

impl From<SealingError> for StoreError {
    fn from(_: SealingError) -> Self {
        Self::Sealing
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DeserializationError(_) => Self::Corrupt,
            DieselError::DatabaseError(kind, details) => of_kind(&kind, details.message()),
            DieselError::BrokenTransactionManager => Self::Unavailable,
            _ => Self::Refused,
        }
    }
}

fn of_kind(kind: &DatabaseErrorKind, message: &str) -> StoreError {
    match kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => StoreError::Conflict,
        DatabaseErrorKind::SerializationFailure => StoreError::Busy,
        DatabaseErrorKind::ReadOnlyTransaction => StoreError::ReadOnly,
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            StoreError::Unavailable
        }
        _ => of_message(message),
    }
}

/// Both client libraries report these by text only; PostgreSQL is asked for English on connecting (`lc_messages`).
fn of_message(message: &str) -> StoreError {
    const KNOWN: [(&str, StoreError); 12] = [
        ("database is locked", StoreError::Busy),
        ("database table is locked", StoreError::Busy),
        ("deadlock detected", StoreError::Busy),
        ("canceling statement", StoreError::Busy),
        ("disk is full", StoreError::Full),
        ("No space left on device", StoreError::Full),
        ("readonly database", StoreError::ReadOnly),
        ("malformed", StoreError::Corrupt),
        ("not a database", StoreError::Corrupt),
        ("disk I/O error", StoreError::Unavailable),
        ("unable to open database", StoreError::Unavailable),
        ("terminating connection", StoreError::Unavailable),
    ];
    KNOWN
        .iter()
        .find(|(text, _)| message.contains(text))
        .map_or(StoreError::Refused, |(_, error)| *error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violated_constraint_is_a_conflict_and_shows_no_value() {
        let details = Box::new("duplicate key value violates unique constraint".to_owned());
        let error = StoreError::from(DieselError::DatabaseError(
            DatabaseErrorKind::UniqueViolation,
            details,
        ));
        assert_eq!(error, StoreError::Conflict);
        assert!(!error.to_string().contains("duplicate"));
    }

    #[test]
    fn a_locked_file_is_busy_and_a_full_disk_is_full() {
        assert_eq!(of_message("database is locked"), StoreError::Busy);
        assert_eq!(of_message("database or disk is full"), StoreError::Full);
        assert_eq!(of_message("syntax error"), StoreError::Refused);
    }
}
