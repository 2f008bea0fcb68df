//! Screenings and what people decided about them.

use lianfang_store::{Decision, ScreeningRow, StoreError};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{at, line, race};

fn screening(id: u128) -> ScreeningRow {
    ScreeningRow {
        id: Uuid::from_u128(id),
        client_reference: None,
        purpose: 1,
        verdict: 2,
        mode: 0,
        complete: true,
        response: "{\"verdict\":\"review\"}".to_owned(),
        actor: "shop".to_owned(),
        created_at: at(1),
        decision: None,
    }
}

both! {
    fn a_screening_is_read_back_as_it_was_answered(database) {
        let store = database.store();
        let row = ScreeningRow { client_reference: Some("applicant".to_owned()), ..screening(1) };
        store.keep_screenings(vec![(row.clone(), line(1))]).unwrap();
        assert_eq!(store.screening(row.id).unwrap(), row);
        assert_eq!(store.keep_screenings(vec![(screening(2), line(2)), (row, line(3))]), Err(StoreError::Conflict));
        assert_eq!(store.screening(Uuid::from_u128(2)), Err(StoreError::NotFound), "all or nothing");
        assert_eq!(store.audit_page(at(0), None, 9).unwrap(), [line(1)]);
    }
}

both! {
    fn the_first_decision_stands(database) {
        let store = database.store();
        let id = Uuid::from_u128(1);
        store.keep_screenings(vec![(screening(1), line(1))]).unwrap();
        let refused = store.decide_screening(id, "accept", line(1));
        assert_eq!(refused, Err(StoreError::Conflict));
        assert_eq!(store.screening(id).unwrap().decision, None, "not without its audit line");
        assert_eq!(store.decide_screening(id, "accept", line(2)).unwrap(), Decision::Recorded);
        assert_eq!(store.decide_screening(id, "accept", line(3)).unwrap(), Decision::Repeated);
        let conflict = Decision::Conflict { stored: "accept".to_owned() };
        assert_eq!(store.decide_screening(id, "reject", line(4)).unwrap(), conflict);
        assert_eq!(store.screening(id).unwrap().decision.as_deref(), Some("accept"));
        let other = Uuid::from_u128(2);
        assert_eq!(store.decide_screening(other, "accept", line(5)), Err(StoreError::NotFound));
        assert_eq!(store.audit_page(at(0), None, 9).unwrap(), [line(1), line(2)]);
    }
}

both! {
    fn of_several_decisions_at_once_one_is_recorded(database) {
        let store = database.store();
        let id = Uuid::from_u128(1);
        store.keep_screenings(vec![(screening(1), line(1))]).unwrap();
        let outcomes = race(|number| store.decide_screening(id, &number.to_string(), line(100 + number)).unwrap());
        let recorded = outcomes.iter().filter(|outcome| **outcome == Decision::Recorded).count();
        assert_eq!(recorded, 1);
    }
}
