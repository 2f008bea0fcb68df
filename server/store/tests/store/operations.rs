//! Budgets, idempotency keys and the audit log.

use std::time::Duration;

use lianfang_store::testing::Backend;
use lianfang_store::{
    AcknowledgementRow, AuditRow, BudgetRate, Charge, Idempotency, IdempotentRequest, Purse, Store,
    StoreError,
};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{at, node, race};

/// One element a second.
const RATE: BudgetRate = BudgetRate {
    capacity: 10,
    per_day: 86_400,
};

both! {
    fn a_budget_is_spent_all_or_none_and_refills_with_time(database) {
        let store = database.store();
        let charge = |elements, seconds| {
            store.charge(&node("platform-a"), 1, elements, Purse::Bucket, RATE, at(seconds)).unwrap()
        };
        assert_eq!(charge(8, 0), Charge::Charged { left: 2 });
        assert_eq!(charge(3, 0), Charge::Over { retry_after: Some(Duration::from_secs(1)) });
        assert_eq!(charge(3, 1), Charge::Charged { left: 0 });
        assert_eq!(charge(11, 500), Charge::Over { retry_after: None });
        assert_eq!(charge(10, 500), Charge::Charged { left: 0 });
        assert_eq!(store.budget_left(&node("platform-a"), 1, RATE, at(503)).unwrap(), 3);
    }
}

both! {
    fn a_clock_that_goes_back_refills_nothing_twice(database) {
        let store = database.store();
        let charge = |elements, seconds| {
            store.charge(&node("platform-a"), 1, elements, Purse::Bucket, RATE, at(seconds)).unwrap()
        };
        charge(10, 100);
        assert_eq!(charge(1, 50), Charge::Over { retry_after: Some(Duration::from_secs(1)) });
        charge(0, 50);
        assert_eq!(charge(1, 100), Charge::Over { retry_after: Some(Duration::from_secs(1)) });
    }
}

both! {
    fn a_bucket_that_was_charged_by_a_clock_far_ahead_refills_once_the_clock_is_right(database) {
        let store = database.store();
        let charge = |elements, seconds| {
            store.charge(&node("platform-a"), 1, elements, Purse::Bucket, RATE, at(seconds)).unwrap()
        };
        charge(10, 1_000_000);
        assert_eq!(charge(1, 100), Charge::Over { retry_after: Some(Duration::from_secs(1)) });
        assert_eq!(charge(3, 102), Charge::Over { retry_after: Some(Duration::from_secs(1)) });
        assert_eq!(charge(3, 103), Charge::Charged { left: 0 });
        store.set_meta("budgets_spent_at", &at(1_000_000).as_micros().to_string()).unwrap();
        let restored = |seconds| store.charge(&node("platform-b"), 1, 1, Purse::Bucket, RATE, at(seconds)).unwrap();
        assert_eq!(restored(100), Charge::Over { retry_after: Some(Duration::from_secs(1)) });
        assert_eq!(restored(101), Charge::Charged { left: 0 });
    }
}

both! {
    fn members_and_classes_have_budgets_of_their_own(database) {
        let store = database.store();
        store.charge(&node("platform-a"), 1, 10, Purse::Bucket, RATE, at(0)).unwrap();
        for (member, class) in [("platform-a", 2), ("platform-b", 1)] {
            assert_eq!(store.budget_left(&node(member), class, RATE, at(0)).unwrap(), 10);
            let charge = store.charge(&node(member), class, 10, Purse::Bucket, RATE, at(0)).unwrap();
            assert_eq!(charge, Charge::Charged { left: 0 });
        }
    }
}

both! {
    fn concurrent_charges_never_take_more_than_there_is(database) {
        let store = database.store();
        let rate = BudgetRate { capacity: 100, per_day: 0 };
        let charge = || store.charge(&node("platform-a"), 1, 3, Purse::Bucket, rate, at(0)).unwrap();
        let taken = race(|_| (0..10).filter(|_| matches!(charge(), Charge::Charged { .. })).count());
        assert_eq!(taken.iter().sum::<usize>(), 33);
        assert_eq!(store.budget_left(&node("platform-a"), 1, rate, at(0)).unwrap(), 1);
    }
}

const REQUEST: IdempotentRequest<'_> = IdempotentRequest {
    actor: "shop",
    key: "k",
    route: "POST /v1/entries",
    body_hash: &[1; 32],
};

fn begin(store: &Store, request: IdempotentRequest<'_>, seconds: u64) -> Idempotency {
    store
        .begin_idempotent(request, at(seconds), at(1_000), at(seconds.saturating_sub(100)))
        .unwrap()
}

both! {
    fn a_repeated_request_gets_the_same_answer(database) {
        let store = database.store();
        assert_eq!(begin(store, REQUEST, 200), Idempotency::Fresh);
        assert_eq!(begin(store, REQUEST, 201), Idempotency::InProgress);
        store.finish_idempotent("shop", "k", 201, b"made").unwrap();
        let replay = Idempotency::Replay { status: 201, response: b"made".to_vec() };
        assert_eq!(begin(store, REQUEST, 202), replay);
        assert_eq!(begin(store, REQUEST, 999), replay);
    }
}

both! {
    fn one_key_for_two_requests_is_a_mismatch(database) {
        let store = database.store();
        begin(store, REQUEST, 200);
        let other_body = IdempotentRequest { body_hash: &[2; 32], ..REQUEST };
        let other_route = IdempotentRequest { route: "POST /v1/screenings", ..REQUEST };
        assert_eq!(begin(store, other_body, 201), Idempotency::Mismatch);
        assert_eq!(begin(store, other_route, 201), Idempotency::Mismatch);
        let other_actor = IdempotentRequest { actor: "other", ..REQUEST };
        assert_eq!(begin(store, other_actor, 201), Idempotency::Fresh);
    }
}

both! {
    fn a_key_is_free_again_when_it_expired_or_was_given_back_or_forgotten(database) {
        let store = database.store();
        begin(store, REQUEST, 200);
        assert_eq!(begin(store, REQUEST, 300), Idempotency::InProgress);
        assert_eq!(begin(store, REQUEST, 301), Idempotency::Fresh, "its process died");
        store.abandon_idempotent("shop", "k").unwrap();
        assert_eq!(begin(store, REQUEST, 302), Idempotency::Fresh, "given back");
        store.finish_idempotent("shop", "k", 201, b"made").unwrap();
        store.abandon_idempotent("shop", "k").unwrap();
        assert!(matches!(begin(store, REQUEST, 303), Idempotency::Replay { .. }), "an answer stays");
        assert_eq!(begin(store, REQUEST, 1_000), Idempotency::Fresh, "expired");
        assert_eq!(store.finish_idempotent("shop", "other", 201, b""), Err(StoreError::NotFound));
    }
}

both! {
    fn a_request_that_died_under_a_clock_ahead_is_taken_over_once_the_clock_is_right(database) {
        let store = database.store();
        begin(store, REQUEST, 900);
        assert_eq!(begin(store, REQUEST, 800), Idempotency::InProgress, "another process's clock may be a little behind");
        assert_eq!(begin(store, REQUEST, 799), Idempotency::Fresh);
        assert_eq!(begin(store, REQUEST, 800), Idempotency::InProgress);
    }
}

both! {
    fn a_key_that_is_given_back_while_it_is_looked_at_is_still_in_use(database) {
        // Neither is a row written nor is one there: what a caller sees whose rival's row goes in between.
        database.execute(match database.backend() {
            Backend::Sqlite => {
                "CREATE TRIGGER rival BEFORE INSERT ON idempotency_keys BEGIN SELECT RAISE(IGNORE); END"
            }
            Backend::Postgres => {
                "CREATE FUNCTION rival() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; \
                 CREATE TRIGGER rival BEFORE INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION rival()"
            }
        });
        assert_eq!(begin(database.store(), REQUEST, 200), Idempotency::InProgress);
    }
}

both! {
    fn of_several_equal_requests_at_once_one_is_done(database) {
        let outcomes = race(|_| begin(database.store(), REQUEST, 200));
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Idempotency::Fresh).count(), 1);
    }
}

both! {
    fn expired_keys_are_pruned(database) {
        let store = database.store();
        begin(store, REQUEST, 200);
        assert_eq!(store.prune_idempotent(at(999)).unwrap(), 0);
        assert_eq!(store.prune_idempotent(at(1_000)).unwrap(), 1);
    }
}

both! {
    fn the_audit_log_is_read_in_pages_by_time(database) {
        let store = database.store();
        let rows: Vec<AuditRow> = [(3, 1), (1, 2), (1, 1), (2, 9)]
            .map(|(seconds, id)| AuditRow {
                id: Uuid::from_u128(u128::from(seconds) << 64 | id),
                at: at(seconds),
                actor: "shop".to_owned(),
                action: "decide".to_owned(),
                object: id.to_string(),
                purpose: "screenings".to_owned(),
                outcome: "clear".to_owned(),
            })
            .to_vec();
        for row in &rows {
            store.append_audit(row.clone()).unwrap();
        }
        let first = store.audit_page(at(0), None, 3).unwrap();
        assert_eq!(first, [rows[2].clone(), rows[1].clone(), rows[3].clone()]);
        let rest = store.audit_page(first[2].at, Some(first[2].id), 3).unwrap();
        assert_eq!(rest, [rows[0].clone()]);
        assert_eq!(store.append_audit(rows[0].clone()), Err(StoreError::Conflict));
    }
}

both! {
    fn the_last_word_of_a_member_takes_the_place_of_the_one_before(database) {
        let store = database.store();
        let said = |peer, second, seen: &str| AcknowledgementRow {
            peer: node(peer),
            heard_at: at(second),
            seen: seen.to_owned(),
        };
        for row in [said("platform-c", 1, "a"), said("platform-b", 1, "b"), said("platform-b", 2, "c")] {
            store.keep_acknowledgement(row).unwrap();
        }
        let kept = [said("platform-b", 2, "c"), said("platform-c", 1, "a")];
        assert_eq!(store.acknowledgements().unwrap(), kept);
    }
}

both! {
    fn a_member_may_be_heard_several_times_at_once(database) {
        let store = database.store();
        for round in 0..20 {
            let heard = race(|number| store.keep_acknowledgement(AcknowledgementRow {
                peer: node("platform-b"),
                heard_at: at(round),
                seen: number.to_string(),
            }));
            assert!(heard.iter().all(Result::is_ok), "{heard:?}");
        }
        assert_eq!(store.acknowledgements().unwrap().len(), 1);
    }
}
