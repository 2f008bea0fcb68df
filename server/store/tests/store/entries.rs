use lianfang_store::{Created, StoreError};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{Hashing, assert_chain, at, entry};

both! {
    fn what_was_written_is_read_back(database) {
        let store = database.store();
        let new = entry("case-1");
        let created = store.create_entries(vec![new.clone()], at(5), &Hashing).unwrap();
        assert_eq!(created, [Created::New { id: new.id, seq: 1 }]);
        let row = store.entry(new.id).unwrap();
        assert_eq!((row.revision, row.created_at, row.audience_seq), (1, at(5), Some(1)));
        assert_eq!(row.body_sealed, new.body_sealed);
        assert_eq!(store.entry_by_reference("case-1").unwrap(), row);
        assert_chain(&store.entry_events(new.id).unwrap());
        assert_eq!(store.entry_payloads(new.id).unwrap()[0].payload_sealed, b"case-1");
        assert_eq!(store.entry(Uuid::new_v4()), Err(StoreError::NotFound));
    }
}
