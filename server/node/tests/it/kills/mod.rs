//! Nodes as real processes, killed (SIGKILL) at a durable step. The oracle is what was acknowledged to the client.
//!
//! `LIANFANG_KILLS=N` runs N kills for each database instead of 25, `LIANFANG_KILLS_SEED=N` another sequence.

pub(crate) mod federation;
mod oracle;
mod process;
mod recovering;
mod rekey;
mod restore;

use lianfang_store::testing::Backend;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use federation::Federation;

const RUNS: u64 = 25;
const SEED: u64 = 20_261_122;
/// Kills that one federation goes through: every one leaves entries behind, by which the next takes longer.
const PER_FEDERATION: u64 = 100;

fn number(variable: &str, otherwise: u64) -> u64 {
    let set = std::env::var(variable).ok();
    set.map_or(otherwise, |text| text.parse().unwrap())
}

#[expect(clippy::print_stdout, reason = "the seed and the figures are for people")]
async fn kill_again_and_again(backend: Backend) {
    let (runs, seed) = (
        number("LIANFANG_KILLS", RUNS),
        number("LIANFANG_KILLS_SEED", SEED),
    );
    println!("{backend:?}: {runs} kills, seed {seed}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut federation = Federation::start(backend).await;
    let (mut killed, mut acknowledged) = (0, 0);
    for run in 0..runs {
        if run > 0 && run % PER_FEDERATION == 0 {
            federation = Federation::start(backend).await;
        }
        let (victim, step) = (rng.next_u32() % 7, u64::from(rng.next_u32()));
        let (name, outcome) = match victim {
            0..=2 => ("publisher", federation.kill_publisher(run, 1 + step % 14).await),
            3 => ("reader", federation.kill_reader(run, 1 + step % 6).await),
            4 => ("data key", federation.kill_rekeying(1 + step % 4).await),
            5 => ("recovering", federation.kill_recovering(1 + step % 10).await),
            _ => ("restore", federation.kill_restore(run, 1 + step % 6).await),
        };
        println!("run {run}: {name}, {outcome:?}");
        killed += u64::from(outcome.killed);
        acknowledged += outcome.acknowledged;
    }
    let figures = [
        ("kills at a step", killed),
        ("answers that had to last", acknowledged),
        ("lost or torn", 0),
    ];
    for (metric, value) in figures {
        let metric = format!("{backend:?}, seed {seed}: {metric}");
        let figure = serde_json::json!({ "metric": metric, "value": value, "unit": "-", "baseline": null, "ratio": null });
        println!("kills: {figure}");
    }
    assert!(killed * 2 > runs, "too few processes reached their step");
}

/// How one run went.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    /// The process reached its step.
    killed: bool,
    /// Answers that the client got before.
    acknowledged: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_step_loses_nothing_that_was_acknowledged_on_sqlite() {
    kill_again_and_again(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_step_loses_nothing_that_was_acknowledged_on_postgres() {
    kill_again_and_again(Backend::Postgres).await;
}
