use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use lianfang_wire::entry::NewEntry;
use lianfang_wire::explanation::{Explanation, FormExplanation, FormOutcome};
use tokio::runtime::Runtime;

use crate::processes::federation::{Federation, Member, Newcomer, PLENTY};
use crate::processes::{command, free_port, operator, vitals};

/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The node that loads, and the rest of its federation's committee; each a process of its own.
pub(crate) struct Node(Federation);

/// What a command cost.
pub(crate) struct Loaded {
    pub(crate) took: Duration,
    /// In KiB.
    pub(crate) peak: u64,
    pub(crate) processor: Duration,
}

impl Node {
    /// A committee of which it takes `threshold` members for a token; the node is one of them.
    pub(crate) fn start(threshold: u16) -> Self {
        let mut federation = Federation::new();
        for member in 1..2 * threshold {
            let port = free_port();
            federation.add(&Newcomer {
                name: &format!("platform-{member}"),
                jurisdiction: jurisdiction(member),
                endpoint: &format!("https://127.0.0.1:{port}"),
                configuration: &configuration(member, port),
            });
        }
        if threshold > 1 {
            federation.deal_shares(threshold);
        }
        Self(federation)
    }

    fn process(&self) -> u32 {
        self.0.members[0].process.id()
    }

    pub(crate) fn data(&self) -> &Path {
        &self.0.members[0].folder
    }

    /// The most memory that it has held, in KiB.
    pub(crate) fn peak(&self) -> u64 {
        peak(self.process()).unwrap()
    }

    /// The processor time that it and the committee have used.
    pub(crate) fn processor(&self) -> Duration {
        let of = |member: &Member| processor(member.process.id()).unwrap();
        self.0.members.iter().map(of).sum()
    }

    /// Waits until everything is in a signed list: an entry that is recorded last is published last.
    pub(crate) fn wait_until_published(&self, last: &NewEntry) {
        let client = operator(self.data());
        Runtime::new().unwrap().block_on(async {
            let id = client.record_entry(last).await.unwrap().id.to_string();
            while !is_published(&client.explain(&id).await.unwrap()) {
                tokio::time::sleep(LOOK).await;
            }
        });
    }

    /// Runs a command and looks at it until it ends.
    pub(crate) fn load(&self, arguments: &[&str]) -> Loaded {
        let begun = Instant::now();
        let mut child = command(self.data(), arguments)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let (mut most, mut used) = (0, Duration::ZERO);
        loop {
            most = most.max(peak(child.id()).unwrap_or_default());
            used = used.max(processor(child.id()).unwrap_or_default());
            if let Some(status) = child.try_wait().unwrap() {
                // A screening's exit code is its verdict.
                assert!(matches!(status.code(), Some(0 | 10 | 11 | 20)), "{status}");
                break;
            }
            sleep(LOOK);
        }
        Loaded {
            took: begun.elapsed(),
            peak: most,
            processor: used,
        }
    }
}

fn is_published(explanation: &Explanation) -> bool {
    let Explanation::Entry(entry) = explanation else {
        panic!("an entry is explained as something else");
    };
    let is_published = |form: &FormExplanation| form.outcome == FormOutcome::Published;
    entry.forms.iter().all(is_published)
}

/// What is loaded is for the node's own country: what readers do with it isn't what loading costs.
fn jurisdiction(member: u16) -> &'static str {
    if member == 1 { "CN" } else { "DE" }
}

/// No door but the operator's and that for the committee, and budgets that a bulk load doesn't exhaust.
fn configuration(member: u16, port: u16) -> String {
    format!(
        "[node]\nid = \"platform-{member}\"\nrole = \"platform\"\njurisdiction = \"{}\"\n\n\
         [doors.federation]\nlisten = \"127.0.0.1:{port}\"\n\n\
         [doors.platform]\nlisten = \"127.0.0.1:0\"\n\n\
         [doors.operations]\nlisten = \"127.0.0.1:0\"\n{PLENTY}",
        jurisdiction(member)
    )
}

/// None when the process has ended.
fn peak(process: u32) -> Option<u64> {
    vitals::status(process, "VmHWM")
}

/// Of all its threads; None when the process has ended.
fn processor(process: u32) -> Option<Duration> {
    /// What Linux counts in, on every architecture.
    const TICK: Duration = Duration::from_millis(10);
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    // Fields 14 and 15 of proc_pid_stat(5); the name is the second and may hold blanks.
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks = ticks.filter_map(|field| field.parse::<u32>().ok());
    Some(TICK * ticks.sum::<u32>())
}
