//! Tokens of an entry's identifiers.

use lianfang_store::{StoreError, TokenRow};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{Hashing, at, entry, token};

both! {
    fn every_form_keeps_its_token_and_what_is_written_again_is_there_once(database) {
        let store = database.store();
        let batch = vec![entry("case-1"), entry("case-2")];
        let ids: Vec<Uuid> = batch.iter().map(|new| new.id).collect();
        store.create_entries(batch, at(0), &Hashing).unwrap();
        let tokens = vec![token(ids[0], 0, 1), token(ids[0], 1, 2), token(ids[1], 0, 3)];
        store.put_tokens(tokens.clone()).unwrap();
        let next_key = TokenRow { key_id: [2; 16], ..token(ids[1], 0, 4) };
        let again = TokenRow { role: 5, verified: false, ..tokens[1].clone() };
        let other_form = token(ids[0], 1, 9);
        store.put_tokens(vec![tokens[1].clone(), again.clone(), other_form.clone(), next_key.clone()]).unwrap();
        assert_eq!(store.tokens_of(&[ids[0]]).unwrap(), [tokens[0].clone(), again, other_form]);
        let second = store.tokens_of(&[ids[1]]).unwrap();
        assert_eq!(second.len(), 2);
        assert!(second.contains(&next_key) && second.contains(&tokens[2]));
        assert_eq!(store.tokens_of(&ids).unwrap().len(), 5);
        store.delete_tokens(ids[0]).unwrap();
        assert_eq!(store.tokens_of(&ids).unwrap(), second);
    }
}

both! {
    fn a_token_of_no_entry_is_a_conflict(database) {
        let store = database.store();
        let new = entry("case-1");
        store.create_entries(vec![new.clone()], at(0), &Hashing).unwrap();
        let tokens = vec![token(new.id, 0, 1), token(Uuid::new_v4(), 0, 2)];
        assert_eq!(store.put_tokens(tokens), Err(StoreError::Conflict));
        assert!(store.tokens_of(&[new.id]).unwrap().is_empty());
    }
}

#[test]
fn debug_shows_no_token() {
    let shown = format!("{:?}", token(Uuid::nil(), 0, 0xab));
    assert!(!shown.contains("171"), "{shown}");
}
