//! Callers of the roster at once.

use lianfang_store::{MonitoredToken, StoreError};
use uuid::Uuid;

use crate::both::both;
use crate::roster::{put_subjects, subject};
use crate::sample::{at, line, race};

both! {
    fn a_subject_is_taken_out_while_its_tokens_are_being_added(database) {
        let store = database.store();
        let outcomes = race(|number| {
            (0..100).try_for_each(|_| {
                let update = subject("shop", &[1]);
                if number % 2 == 0 {
                    put_subjects(store, vec![update.clone()], at(1))?;
                    let of_new_key = |token| MonitoredToken { key_id: [2; 16], ..token };
                    let tokens = update.tokens.into_iter().map(of_new_key).collect();
                    store.add_subject_tokens(&update.subject, tokens, &[[2; 16]]).map(drop)
                } else {
                    let gone = store.delete_subject("shop", at(1), line(Uuid::new_v4().as_u128()));
                    gone.or_else(|error| if error == StoreError::NotFound { Ok(()) } else { Err(error) })
                }
            })
        });
        for outcome in outcomes {
            assert_eq!(outcome, Ok(()));
        }
    }
}
