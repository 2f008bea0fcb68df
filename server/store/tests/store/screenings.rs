//! Screenings and what people decided about them.

use lianfang_store::{AuditRow, Decision, ScreeningRow, StoreError};
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
        store.keep_screenings(vec![row.clone()]).unwrap();
        assert_eq!(store.screening(row.id).unwrap(), row);
        assert_eq!(store.keep_screenings(vec![screening(2), row]), Err(StoreError::Conflict));
        assert_eq!(store.screening(Uuid::from_u128(2)), Err(StoreError::NotFound), "all or nothing");
    }
}

both! {
    fn a_screening_is_its_own_line_of_the_audit_trail(database) {
        let store = database.store();
        let id = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        let made = ScreeningRow { id, created_at: at(2), purpose: 3, ..screening(1) };
        store.keep_screenings(vec![made]).unwrap();
        store.append_audit(line(1)).unwrap();
        let told = AuditRow {
            id,
            at: at(2),
            actor: "shop".to_owned(),
            action: "screen".to_owned(),
            object: id.to_string(),
            purpose: "payout".to_owned(),
            outcome: "review".to_owned(),
        };
        assert_eq!(store.audit_page(at(0), None, 9).unwrap(), [line(1), told.clone()]);
        // As it was recorded once.
        store.append_audit(AuditRow { id: Uuid::from_u128(7), ..told }).unwrap();
        assert_eq!(store.audit_page(at(0), None, 9).unwrap().len(), 2, "an older line tells of the same screening");
    }
}

both! {
    fn the_first_decision_stands(database) {
        let store = database.store();
        let id = Uuid::from_u128(1);
        store.keep_screenings(vec![screening(1)]).unwrap();
        store.append_audit(line(1)).unwrap();
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
        let mut trail = store.audit_page(at(0), None, 9).unwrap();
        trail.retain(|line| line.action != "screen");
        assert_eq!(trail, [line(1), line(2)]);
    }
}

both! {
    fn of_several_decisions_at_once_one_is_recorded(database) {
        let store = database.store();
        let id = Uuid::from_u128(1);
        store.keep_screenings(vec![screening(1)]).unwrap();
        let outcomes = race(|number| store.decide_screening(id, &number.to_string(), line(100 + number)).unwrap());
        let recorded = outcomes.iter().filter(|outcome| **outcome == Decision::Recorded).count();
        assert_eq!(recorded, 1);
    }
}
