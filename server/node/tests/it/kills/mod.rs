//! Nodes as real processes, killed (SIGKILL) at a durable step. The oracle is what was acknowledged to the client.
//!
//! `LIANFANG_KILLS=N` runs N kills for each database instead of 16, beside nine at named steps, `LIANFANG_KILLS_SEED=N` another sequence.

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
use process::Step;

/// Kills beside those at named steps.
const RUNS: u64 = 16;
const SEED: u64 = 20_261_122;
/// Kills that one federation goes through: every one leaves entries behind, by which the next takes longer.
const PER_FEDERATION: u64 = 100;
/// Numbers of the runs that kill at named steps, beyond those of the others: entries are named after their run.
const FIRST_NAMED: u64 = 1_000_000;

/// Who is killed, while it does what.
#[derive(Debug, Clone, Copy)]
enum Victim {
    /// Imports, records, withdraws, publishes and builds.
    Publisher,
    /// Syncs.
    Reader,
    /// Exchanges its data key.
    DataKey,
    /// Comes back from a backup.
    Recovering,
    /// The command that restores it.
    Restore,
}

/// Steps at which each run kills, whatever is drawn: an import begun, events appended, a base built and
/// published, a body fetched, heads taken over, the index swapped (for the second time: a start swaps too), a copy on its way.
const NAMED: [(Victim, (&str, u64)); 9] = [
    (Victim::Publisher, ("entries_begun", 2)),
    (Victim::Publisher, ("entries_committed", 1)),
    (Victim::Publisher, ("body_kept", 1)),
    (Victim::Publisher, ("base_published", 1)),
    (Victim::Reader, ("body_fetched", 1)),
    (Victim::Reader, ("heads_adopted", 1)),
    (Victim::Reader, ("index_swapped", 2)),
    (Victim::Restore, ("restore_database", 1)),
    (Victim::Recovering, ("seen_taken_over", 1)),
];

impl Federation {
    async fn kill(&mut self, victim: Victim, number: u64, step: Step) -> Outcome {
        match victim {
            Victim::Publisher => self.kill_publisher(number, step).await,
            Victim::Reader => self.kill_reader(number, step).await,
            Victim::DataKey => self.kill_rekeying(step).await,
            Victim::Recovering => self.kill_recovering(step).await,
            Victim::Restore => self.kill_restore(step).await,
        }
    }
}

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
    for (run, (victim, (name, nth))) in (FIRST_NAMED..).zip(NAMED) {
        let outcome = federation.kill(victim, run, Step::named(name, nth)).await;
        println!("{victim:?} at {name}: {outcome:?}");
        assert!(outcome.killed, "{victim:?} never came to {name}");
    }
    let (mut killed, mut acknowledged) = (0, 0);
    for run in 0..runs {
        if run > 0 && run % PER_FEDERATION == 0 {
            federation = Federation::start(backend).await;
        }
        let (victim, step) = (rng.next_u32() % 7, u64::from(rng.next_u32()));
        let (victim, steps) = match victim {
            0..=2 => (Victim::Publisher, 14),
            3 => (Victim::Reader, 8),
            4 => (Victim::DataKey, 4),
            5 => (Victim::Recovering, 10),
            _ => (Victim::Restore, 6),
        };
        let outcome = federation.kill(victim, run, Step::any(1 + step % steps)).await;
        println!("run {run}: {victim:?}, {outcome:?}");
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
