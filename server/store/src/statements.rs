//! Every statement passes here, so that tests can let the n-th one fail. Without the feature `testing` nothing is left of it.

use diesel::QueryResult;

#[cfg(feature = "testing")]
use crate::testing::HeldCommits;

#[derive(Debug, Default)]
pub(crate) struct Statements {
    #[cfg(feature = "testing")]
    pub(crate) commits: HeldCommits,
    /// Statements until one fails; 0 when none will.
    #[cfg(feature = "testing")]
    left: std::sync::atomic::AtomicU64,
    /// Whether every later statement fails as well.
    #[cfg(feature = "testing")]
    for_good: std::sync::atomic::AtomicBool,
    #[cfg(feature = "testing")]
    gone: std::sync::atomic::AtomicBool,
}

impl Statements {
    /// Counts one statement.
    #[cfg(not(feature = "testing"))]
    pub(crate) fn admit(&self) -> QueryResult<()> {
        Ok(())
    }

    /// Counts the answer to a commit that was carried out.
    pub(crate) fn admit_answer(&self) -> QueryResult<()> {
        #[cfg(feature = "testing")]
        self.commits.pass();
        self.admit()
    }
}

#[cfg(feature = "testing")]
impl Statements {
    /// Counts one statement; fails when it is the one, like a connection that is lost.
    pub(crate) fn admit(&self) -> QueryResult<()> {
        use std::sync::atomic::Ordering::SeqCst;
        let count = |left: u64| left.checked_sub(1);
        let is_the_one = self.left.fetch_update(SeqCst, SeqCst, count) == Ok(1);
        if is_the_one && self.for_good.load(SeqCst) {
            self.gone.store(true, SeqCst);
        }
        if is_the_one || self.gone.load(SeqCst) {
            return Err(diesel::result::Error::DatabaseError(
                diesel::result::DatabaseErrorKind::ClosedConnection,
                Box::new("a test let this statement fail".to_owned()),
            ));
        }
        Ok(())
    }

    fn fail(&self, statement: u64, for_good: bool) {
        use std::sync::atomic::Ordering::SeqCst;
        self.for_good.store(for_good, SeqCst);
        self.left.store(statement, SeqCst);
    }

    fn stop_failing(&self) -> bool {
        use std::sync::atomic::Ordering::SeqCst;
        self.gone.store(false, SeqCst);
        self.left.swap(0, SeqCst) == 0
    }
}

#[cfg(feature = "testing")]
impl crate::Store {
    /// Lets the n-th statement from now on fail, as if the connection were lost: reads, writes, `BEGIN`, `COMMIT`, and the
    /// answer to a `COMMIT` that was carried out.
    pub fn fail_statement(&self, n: u64) {
        self.db.statements.fail(n, false);
    }

    /// Lets the n-th statement from now on fail and every one after it, as if the process had died there.
    pub fn fail_from_statement(&self, n: u64) {
        self.db.statements.fail(n, true);
    }

    /// Ends that; says whether the statement was reached.
    pub fn stop_failing(&self) -> bool {
        self.db.statements.stop_failing()
    }
}
