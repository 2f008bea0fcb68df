//! Random lives of a federation: seven nodes with a mock clock in one process, four of which publish. Entries are
//! recorded, completed, withdrawn, corrected, contested, suspended and expire; sellers are watched; links are cut and healed; nodes
//! die at some statement of what they are doing and come back from their store, or from an older backup.
//!
//! After every step no node may show a match on an entry that had ended as far as it was told. Whenever everything has
//! come to rest, every node finds exactly what the publishers hold, for applicants and for those it watches.
//!
//! `LIANFANG_SIM_SEEDS=N` lives N lives on each database, `LIANFANG_SIM_SEED=N` starts at another one, and
//! `LIANFANG_SIM_STEPS=N` says how long each is. What happened in a life that failed is printed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod attempt;
mod cases;
mod checks;
#[path = "../../server/flow/tests/flow/harness/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the other tests of lianfang-flow"
)]
mod harness;
mod life;
mod reconcile;
mod rest;
mod tally;
mod told;
mod trouble;

use lianfang_store::testing::Backend;

use life::Life;
use tally::Tally;

const SEEDS: u64 = 2;
/// Lives in which everything happens that has to.
const FIRST: u64 = 20;
const STEPS: u64 = 100;

fn number(variable: &str, otherwise: u64) -> u64 {
    let set = std::env::var(variable).ok();
    set.map_or(otherwise, |text| text.parse().unwrap())
}

async fn live(backend: Backend) {
    let (seeds, first) = (
        number("LIANFANG_SIM_SEEDS", SEEDS),
        number("LIANFANG_SIM_SEED", FIRST),
    );
    let steps = number("LIANFANG_SIM_STEPS", STEPS);
    let mut tally = Tally::default();
    for seed in first..first + seeds {
        let mut life = Life::begin(backend, seed).await;
        life.live(steps).await;
        tally.add(life.end());
    }
    tally.say(backend);
    tally.check();
}

#[tokio::test]
async fn every_node_finds_what_publishers_hold_and_nothing_that_has_ended_on_sqlite() {
    live(Backend::Sqlite).await;
}

#[tokio::test]
async fn every_node_finds_what_publishers_hold_and_nothing_that_has_ended_on_postgres() {
    live(Backend::Postgres).await;
}
