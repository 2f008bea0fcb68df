//! The rows of an import, inserted by hand-written statements.

use std::fmt::Write as _;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, SmallInt, Text};
use lianfang_encoding::Timestamp;
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_store::{
    EntryFilter, EntryRow, EventRow, FeedFilter, FeedKind, FeedRow, FeedVersions, PayloadRow, Store,
};

use crate::cost::{self, Cost};

/// What speed depends on, as the store sets it.
const SETTINGS: &str =
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4096;";

pub(crate) struct Rows {
    entries: Vec<EntryRow>,
    events: Vec<EventRow>,
    payloads: Vec<PayloadRow>,
    feed: Vec<FeedRow>,
}

macro_rules! statement {
    ($backend:ty, $table:literal, $columns:literal, $rows:expr) => {
        diesel::sql_query(values::<$backend>($table, $columns, $rows)).into_boxed::<$backend>()
    };
}

macro_rules! bind_entry {
    ($query:expr, $row:expr) => {
        $query
            .bind::<Binary, _>($row.id.as_bytes().as_slice())
            .bind::<Nullable<Text>, _>($row.client_reference.as_deref())
            .bind::<Binary, _>($row.request_hash.as_slice())
            .bind::<Text, _>($row.audience.as_str())
            .bind::<SmallInt, _>($row.subject_type)
            .bind::<Bool, _>($row.natural_person)
            .bind::<SmallInt, _>($row.state)
            .bind::<Text, _>(&$row.state_data)
            .bind::<BigInt, _>($row.revision as i64)
            .bind::<Nullable<Text>, _>($row.local_reason.as_deref())
            .bind::<SmallInt, _>($row.grade)
            .bind::<Nullable<SmallInt>, _>($row.category)
            .bind::<SmallInt, _>($row.basis)
            .bind::<Text, _>(&$row.jurisdiction)
            .bind::<Nullable<BigInt>, _>($row.decided_at.map(micros))
            .bind::<Nullable<BigInt>, _>($row.expires_at.map(micros))
            .bind::<Nullable<BigInt>, _>($row.due_at.map(micros))
            .bind::<BigInt, _>(micros($row.created_at))
            .bind::<BigInt, _>(micros($row.updated_at))
            .bind::<BigInt, _>($row.created_seq as i64)
            .bind::<BigInt, _>($row.last_seq as i64)
            .bind::<Nullable<BigInt>, _>($row.audience_seq.map(|seq| seq as i64))
            .bind::<Binary, _>($row.body_sealed.as_slice())
    };
}

macro_rules! bind_event {
    ($query:expr, $row:expr) => {
        $query
            .bind::<BigInt, _>($row.seq as i64)
            .bind::<Binary, _>($row.entry_id.as_bytes().as_slice())
            .bind::<SmallInt, _>($row.event_type)
            .bind::<BigInt, _>(micros($row.at))
            .bind::<Binary, _>($row.previous_hash.as_slice())
            .bind::<Binary, _>($row.hash.as_slice())
            .bind::<Binary, _>($row.commitment.as_slice())
            .bind::<Binary, _>($row.signature.as_slice())
            .bind::<Text, _>($row.audience.as_str())
            .bind::<Nullable<BigInt>, _>($row.audience_seq.map(|seq| seq as i64))
            .bind::<SmallInt, _>($row.state)
            .bind::<Nullable<BigInt>, _>($row.deadline.map(micros))
            .bind::<Nullable<SmallInt>, _>($row.rule)
            .bind::<Nullable<Binary>, _>($row.status_bytes.as_deref())
    };
}

macro_rules! bind_feed {
    ($query:expr, $row:expr) => {
        $query
            .bind::<BigInt, _>(micros($row.added))
            .bind::<SmallInt, _>($row.kind)
            .bind::<Binary, _>($row.object_id.as_bytes().as_slice())
            .bind::<Text, _>($row.audience.as_str())
            .bind::<Nullable<SmallInt>, _>($row.subject_type)
            .bind::<BigInt, _>(micros($row.created))
            .bind::<BigInt, _>(micros($row.modified))
            .bind::<Nullable<BigInt>, _>($row.superseded.map(micros))
            .bind::<Binary, _>($row.content.as_slice())
    };
}

/// One multi-row insert per table and batch; batches in transactions of their own.
macro_rules! insert {
    ($conn:expr, $backend:ty, $rows:expr, $batch:expr) => {{
        let entries = $rows.entries.chunks($batch);
        let events = $rows.events.chunks($batch);
        let payloads = $rows.payloads.chunks($batch);
        let feed = $rows.feed.chunks($batch);
        for (((entries, events), payloads), feed) in entries.zip(events).zip(payloads).zip(feed) {
            $conn
                .transaction(|conn| {
                    let mut query = statement!($backend, "entries", 23, entries.len());
                    for row in entries {
                        query = bind_entry!(query, row);
                    }
                    query.execute(conn)?;
                    let mut query = statement!($backend, "events", 14, events.len());
                    for row in events {
                        query = bind_event!(query, row);
                    }
                    query.execute(conn)?;
                    let mut query = statement!($backend, "event_payloads", 3, payloads.len());
                    for row in payloads {
                        query = query
                            .bind::<BigInt, _>(row.seq as i64)
                            .bind::<Binary, _>(row.salt.as_slice())
                            .bind::<Binary, _>(row.payload_sealed.as_slice());
                    }
                    query.execute(conn)?;
                    let mut query = statement!($backend, "regulator_feed", 9, feed.len());
                    for row in feed {
                        query = bind_feed!(query, row);
                    }
                    query.execute(conn)
                })
                .unwrap();
        }
    }};
}

impl Rows {
    /// Everything an import wrote.
    pub(crate) fn of(store: &Store) -> Self {
        let entries = store
            .entries_page(&EntryFilter::default(), 0, usize::MAX)
            .unwrap();
        let events = store.events_after(0, usize::MAX).unwrap();
        let payloads = events
            .iter()
            .map(|event| store.event_payload(event.seq).unwrap())
            .collect();
        let filter = FeedFilter {
            audiences: vec!["all".parse().unwrap()],
            subject_type: 1,
            kinds: vec![FeedKind::Entry],
            objects: None,
            versions: FeedVersions {
                all: true,
                ..FeedVersions::default()
            },
        };
        let feed = store
            .feed_page(&filter, Timestamp::default(), usize::MAX)
            .unwrap();
        assert_eq!(feed.len(), entries.len());
        Self {
            entries,
            events,
            payloads,
            feed,
        }
    }

    pub(crate) fn insert_into(&self, database: &TestDatabase, batch: usize) -> Cost {
        let url = &database.settings().url;
        match database.backend() {
            Backend::Sqlite => {
                let mut conn = SqliteConnection::establish(url.trim_start_matches("sqlite:")).unwrap();
                conn.batch_execute(SETTINGS).unwrap();
                cost::of(|| insert!(conn, diesel::sqlite::Sqlite, self, batch))
            }
            Backend::Postgres => {
                let mut conn = PgConnection::establish(url).unwrap();
                cost::of(|| insert!(conn, diesel::pg::Pg, self, batch))
            }
        }
    }
}

trait Placeholder {
    fn write(text: &mut String, number: usize);
}

impl Placeholder for diesel::sqlite::Sqlite {
    fn write(text: &mut String, _: usize) {
        text.push('?');
    }
}

impl Placeholder for diesel::pg::Pg {
    fn write(text: &mut String, number: usize) {
        write!(text, "${number}").unwrap();
    }
}

fn values<P: Placeholder>(table: &str, columns: usize, rows: usize) -> String {
    let mut text = format!("INSERT INTO {table} VALUES ");
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { "), (" });
        for column in 1..=columns {
            if column > 1 {
                text.push_str(", ");
            }
            P::write(&mut text, row * columns + column);
        }
    }
    text.push(')');
    text
}

fn micros(time: Timestamp) -> i64 {
    time.as_micros() as i64
}
