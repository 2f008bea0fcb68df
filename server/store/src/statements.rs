//! Every statement passes here, so that tests can let the n-th one fail. Without the feature `testing` nothing is left of it.

use diesel::QueryResult;

#[derive(Debug, Default)]
pub(crate) struct Statements {
    /// Statements until one fails; 0 when none will.
    #[cfg(feature = "testing")]
    left: std::sync::atomic::AtomicU64,
}

impl Statements {
    /// Counts one statement.
    #[cfg(not(feature = "testing"))]
    pub(crate) fn admit(&self) -> QueryResult<()> {
        Ok(())
    }
}

#[cfg(feature = "testing")]
impl Statements {
    /// Counts one statement; fails when it is the one, like a connection that is lost.
    pub(crate) fn admit(&self) -> QueryResult<()> {
        use std::sync::atomic::Ordering::SeqCst;
        let count = |left: u64| left.checked_sub(1);
        match self.left.fetch_update(SeqCst, SeqCst, count) {
            Ok(1) => Err(diesel::result::Error::DatabaseError(
                diesel::result::DatabaseErrorKind::ClosedConnection,
                Box::new("a test let this statement fail".to_owned()),
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn fail(&self, statement: u64) {
        self.left.store(statement, std::sync::atomic::Ordering::SeqCst);
    }

    pub(crate) fn stop_failing(&self) -> bool {
        self.left.swap(0, std::sync::atomic::Ordering::SeqCst) == 0
    }
}

#[cfg(feature = "testing")]
impl crate::Store {
    /// Lets the n-th statement from now on fail, as if the connection were lost: reads, writes, `BEGIN`, `COMMIT`, and the
    /// answer to a `COMMIT` that was carried out.
    pub fn fail_statement(&self, n: u64) {
        self.db.statements.fail(n);
    }

    /// Ends that; says whether the statement was reached.
    pub fn stop_failing(&self) -> bool {
        self.db.statements.stop_failing()
    }
}
