use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::load::Load;
use crate::processes::federation::{Federation, Member};
use crate::processes::vitals::{open_files, status};

/// What is looked at, with its unit.
pub(crate) const FIGURES: [(&str, &str); 6] = [
    ("memory of its own", "KiB"),
    ("resident memory", "KiB"),
    ("open files", "files"),
    ("threads", "threads"),
    ("database", "KiB"),
    ("write-ahead log", "KiB"),
];

/// How every process was, look by look.
pub(crate) struct Samples {
    pub(crate) names: Vec<String>,
    /// By look, then member, then figure.
    looks: Vec<Vec<[u64; FIGURES.len()]>>,
    /// Things done by each look.
    done: Vec<u64>,
}

impl Samples {
    pub(crate) async fn take(
        federation: &Federation,
        load: &Load,
        length: Duration,
        between: Duration,
    ) -> Self {
        let mut samples = Self {
            names: federation.members.iter().map(|one| one.name.clone()).collect(),
            looks: Vec::new(),
            done: Vec::new(),
        };
        let mut interval = tokio::time::interval(between);
        interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut said = 0;
        while load.elapsed() < length {
            interval.tick().await;
            let look: Vec<_> = federation.members.iter().map(look_at).collect();
            let minute = load.elapsed().as_secs() / 60;
            if minute > said {
                said = minute;
                eprintln!("minute {minute}: {look:?}");
            }
            samples.looks.push(look);
            samples.done.push(load.tally.done.load(Ordering::Relaxed));
        }
        samples
    }

    /// The median of a figure of one member in a quarter of the time, 0 to 3.
    pub(crate) fn median(&self, member: usize, figure: usize, quarter: usize) -> f64 {
        let of = |look: &Vec<[u64; FIGURES.len()]>| look[member][figure];
        middle(part(&self.looks, quarter).iter().map(of).collect())
    }

    /// The median of what had been done in a quarter of the time.
    pub(crate) fn done(&self, quarter: usize) -> f64 {
        middle(part(&self.done, quarter).to_vec())
    }
}

fn part<T>(all: &[T], quarter: usize) -> &[T] {
    &all[all.len() * quarter / 4..all.len() * (quarter + 1) / 4]
}

fn middle(mut values: Vec<u64>) -> f64 {
    values.sort_unstable();
    values[values.len() / 2] as f64
}

fn look_at(member: &Member) -> [u64; FIGURES.len()] {
    let process = member.process.id();
    let line = |name| status(process, name).unwrap_or_else(|| panic!("{} has ended", member.name));
    let size = |name: &str| std::fs::metadata(member.folder.join(name)).map_or(0, |file| file.len() / 1024);
    [
        line("RssAnon"),
        line("VmRSS"),
        open_files(process).unwrap(),
        line("Threads"),
        size("lianfang.db"),
        size("lianfang.db-wal"),
    ]
}
