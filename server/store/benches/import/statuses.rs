//! A withdrawal by another node, applied: one item in a transaction of its own, beside the least a transaction can write.

use std::time::{Duration, Instant};

use lianfang_encoding::{NodeId, Timestamp};
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_store::{PeerStatus, Store};
use serde_json::{Value, json};
use uuid::Uuid;

const ITEMS: u64 = 500;
/// Number of the state "withdrawn".
const WITHDRAWN: i16 = 12;
/// The largest an item gets.
const RAW: usize = 300;

pub(crate) fn measure(backend: Backend) -> Value {
    let database = TestDatabase::on(backend);
    let store = database.store();
    let publisher: NodeId = "platform-b".parse().unwrap();
    let least = median(|number| store.set_meta("bench", &number.to_string()).unwrap());
    let applied = median(|number| apply(store, &publisher, number));
    json!({
        "metric": format!("terminal_status_applied_{}", format!("{backend:?}").to_lowercase()),
        "value": micros(applied),
        "unit": "us",
        "baseline": micros(least),
        "ratio": applied.as_secs_f64() / least.as_secs_f64(),
    })
}

fn apply(store: &Store, publisher: &NodeId, seq: u64) {
    let item = PeerStatus {
        seq,
        entry_id: Uuid::new_v4(),
        object_id: Uuid::new_v4(),
        subject_type: 1,
        state: WITHDRAWN,
        deadline: None,
        rule: None,
        at: Timestamp::from_secs(seq),
        raw: vec![7; RAW],
        terminal: true,
    };
    store
        .apply_status(
            publisher,
            &"all".parse().unwrap(),
            &[item],
            (Timestamp::from_secs(seq), Timestamp::from_secs(seq)),
        )
        .unwrap();
}

fn median(mut work: impl FnMut(u64)) -> Duration {
    let mut times: Vec<_> = (1..=ITEMS)
        .map(|number| {
            let begun = Instant::now();
            work(number);
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round()
}
