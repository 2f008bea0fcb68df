//! The moment between a commit and the answer to it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::Store;

/// What hasn't been written by then isn't written at all.
const NEVER: Duration = Duration::from_secs(60);

/// Lets the caller of a write wait although it is carried out.
#[derive(Debug, Default)]
pub(crate) struct HeldCommits {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Passing,
    /// The next one is held.
    Holding,
    Held,
}

impl HeldCommits {
    pub(crate) fn pass(&self) {
        let mut state = self.lock();
        if *state != State::Holding {
            return;
        }
        *state = State::Held;
        self.changed.notify_all();
        while *state == State::Held {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn set(&self, state: State) {
        *self.lock() = state;
        self.changed.notify_all();
    }

    fn wait(&self) -> bool {
        let holding = |state: &mut State| *state == State::Holding;
        let waited = self.changed.wait_timeout_while(self.lock(), NEVER, holding);
        let (_state, time) = waited.unwrap_or_else(PoisonError::into_inner);
        !time.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// The next write is carried out, and whoever asked for it isn't told until [`Store::let_commit_go`].
    pub fn hold_next_commit(&self) {
        self.db.statements.commits.set(State::Holding);
    }

    /// Waits until a write is carried out of which nobody is told; says whether there was one.
    pub fn wait_until_a_commit_is_held(&self) -> bool {
        self.db.statements.commits.wait()
    }

    /// Tells of it.
    pub fn let_commit_go(&self) {
        self.db.statements.commits.set(State::Passing);
    }
}
