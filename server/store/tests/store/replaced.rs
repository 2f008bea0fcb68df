//! What becomes of alerts when their subject is replaced.

use std::collections::BTreeSet;

use lianfang_store::{AlertMatch, NewAlert, Opening, Weight};
use uuid::Uuid;

use crate::both::both;
use crate::roster::{alert, put_subjects, subject};
use crate::sample::at;

both! {
    fn an_open_alert_shows_what_its_subject_has_kept_and_where_it_stands_now(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1, 2])], at(0)).unwrap();
        let of = |number, form| {
            let found = AlertMatch { form: [form; 32], identifier_index: 3, ..alert(number, "shop").found };
            store.open_alert(&NewAlert { found, ..alert(number, "shop") }, at(1)).unwrap()
        };
        of(1, 1);
        of(2, 2);
        let shown = || -> Vec<_> {
            let (_, matches) = store.alert(Uuid::from_u128(1)).unwrap();
            matches.iter().map(|found| (found.form[0], found.identifier_index)).collect()
        };
        assert_eq!(shown(), [(1, 0), (2, 0)], "by the roster, not by what was asked");
        let mut kept = subject("shop", &[2]);
        kept.forms = [([2; 32], 5)].into();
        put_subjects(store, vec![kept], at(2)).unwrap();
        assert_eq!(shown(), [(2, 5)]);
    }
}

both! {
    fn what_opens_an_alert_only_beside_something_else_shows_both_and_opens_none_once_that_has_gone(database) {
        let store = database.store();
        let put = |forms: &[u8], seconds| put_subjects(store, vec![subject("shop", forms)], at(seconds)).unwrap();
        let of = |form| AlertMatch { form: [form; 32], identifier_index: 3, ..alert(1, "shop").found };
        let beside = |number, others: &[u8]| {
            let weight = Weight::Beside(others.iter().copied().map(of).collect());
            let entry_id = Uuid::from_u128(number);
            store.open_alert(&NewAlert { entry_id, weight, ..alert(number, "shop") }, at(1)).unwrap()
        };
        put(&[1, 2], 0);
        assert_eq!(beside(1, &[]), Opening::Candidate);
        let opened = Uuid::from_u128(2);
        assert_eq!(beside(2, &[3, 2]), Opening::Opened(opened));
        let (_, matches) = store.alert(opened).unwrap();
        let shown: BTreeSet<_> = matches.iter().map(|found| (found.form[0], found.identifier_index)).collect();
        assert_eq!(shown, [(1, 0), (2, 0)].into());
        put(&[1], 2);
        assert_eq!(beside(3, &[3, 2]), Opening::Candidate, "it was corrected meanwhile");
    }
}
