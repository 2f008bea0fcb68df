use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lianfang_wire::entry::NewEntry;
use lianfang_wire::explanation::{Explanation, FormExplanation, FormOutcome};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::processes::{command, operator, run, serve, vitals};

/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A node that is the whole of its federation, in a process of its own.
pub(crate) struct Node {
    folder: TempDir,
    process: Child,
}

/// What a command cost.
pub(crate) struct Loaded {
    pub(crate) took: Duration,
    /// In KiB.
    pub(crate) peak: u64,
    pub(crate) processor: Duration,
}

impl Node {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_owned();
        let init = [
            "init",
            "--name",
            "platform-a",
            "--role",
            "platform",
            "--jurisdiction",
            "CN",
        ];
        run(&data, &init);
        configure(&data.join("lianfang.toml"));
        let endpoint = ["--endpoint", "https://127.0.0.1:7443"];
        let found = ["federation", "create", "--name", "bench", "--test"];
        run(&data, &[&found[..], &endpoint].concat());
        let process = serve(&data);
        Self { folder, process }
    }

    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The most memory that it has held, in KiB.
    pub(crate) fn peak(&self) -> u64 {
        peak(self.process.id()).unwrap()
    }

    /// The processor time that it has used.
    pub(crate) fn processor(&self) -> Duration {
        processor(self.process.id()).unwrap()
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

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_published(explanation: &Explanation) -> bool {
    let Explanation::Entry(entry) = explanation else {
        panic!("an entry is explained as something else");
    };
    let is_published = |form: &FormExplanation| form.outcome == FormOutcome::Published;
    entry.forms.iter().all(is_published)
}

/// No door but the operator's, and budgets that a bulk load doesn't exhaust.
fn configure(path: &Path) {
    let mut text = std::fs::read_to_string(path).unwrap();
    for port in 7443..=7446 {
        text = text.replace(&format!(":{port}"), ":0");
    }
    for budget in ["16000", "50000"] {
        text = text.replace(&format!(" = {budget}\n"), " = 1000000000000\n");
    }
    std::fs::write(path, text).unwrap();
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
