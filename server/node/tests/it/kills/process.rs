//! A process that says its durable steps and is killed at the n-th.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

const FILTER: &str = "error,lianfang_node::cli::serve=info,durable_step=trace";

/// Nobody kills at this step.
const NEVER: u64 = u64::MAX;

/// The durable step at which a process is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// Of that name; any, if there is none.
    named: Option<&'static str>,
    /// The first, the second and so on.
    nth: u64,
}

impl Step {
    pub(super) fn any(nth: u64) -> Self {
        Self { named: None, nth }
    }

    pub(super) fn named(name: &'static str, nth: u64) -> Self {
        Self {
            named: Some(name),
            nth,
        }
    }

    fn is_said_in(&self, line: &str) -> bool {
        let name = self.named.map(|name| format!("\"{name}\""));
        line.contains("\"durable_step\"") && name.is_none_or(|name| line.contains(&name))
    }
}

pub(crate) struct Process {
    child: Arc<Mutex<Child>>,
    left: Arc<AtomicU64>,
    state: watch::Receiver<State>,
    last: Arc<Mutex<String>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Starting,
    Up,
    Over,
}

impl Process {
    /// Starts `lianfang`; it is killed at `step` if it comes to it.
    pub(super) fn start(arguments: &[&str], step: Option<Step>) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lianfang"))
            .args(arguments)
            .env("LIANFANG_LOG__FILTER", FILTER)
            .env("LIANFANG_LOG__FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (child, left) = (
            Arc::new(Mutex::new(child)),
            Arc::new(AtomicU64::new(step.map_or(NEVER, |step| step.nth))),
        );
        let (say, state) = watch::channel(State::Starting);
        let (victim, count) = (Arc::clone(&child), Arc::clone(&left));
        let last = Arc::new(Mutex::new(String::new()));
        let words = Arc::clone(&last);
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if step.is_some_and(|step| step.is_said_in(&line)) {
                    let step = |left: u64| left.checked_sub(u64::from(left != NEVER));
                    if count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step) == Ok(1) {
                        let _ = victim.lock().unwrap().kill();
                    }
                } else if line.contains("the node is up") {
                    let _ = say.send(State::Up);
                } else if !line.contains("\"durable_step\"") {
                    *words.lock().unwrap() = line;
                }
            }
            let _ = say.send(State::Over);
        });
        Self {
            child,
            left,
            state,
            last,
            reader: Some(reader),
        }
    }

    /// `lianfang serve` on a data folder.
    pub(super) fn serve(data: &Path, step: Option<Step>) -> Self {
        let config = data.join("lianfang.toml");
        Self::start(&["serve", "--config", config.to_str().unwrap()], step)
    }

    /// Waits until the node is up; says whether it is.
    pub(super) async fn up(&mut self) -> bool {
        *self
            .state
            .wait_for(|state| *state != State::Starting)
            .await
            .unwrap()
            == State::Up
    }

    /// Waits until the process has ended; says whether it did by itself, and well.
    pub(super) async fn ended(&mut self) -> bool {
        self.state.wait_for(|state| *state == State::Over).await.unwrap();
        let status = self.child.lock().unwrap().wait().unwrap();
        status.success()
    }

    /// Whether it reached the step at which it was to be killed.
    pub(super) fn reached(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }

    /// What it last complained of.
    pub(super) fn last_words(&self) -> String {
        self.last.lock().unwrap().clone()
    }

    /// Tells it to stop and waits until it has.
    pub(crate) async fn stop(&mut self) {
        let id = i32::try_from(self.child.lock().unwrap().id()).unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        assert!(self.ended().await);
    }

    /// Kills it wherever it is.
    pub(crate) async fn kill(&mut self) {
        let _ = self.child.lock().unwrap().kill();
        self.ended().await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
        drop(child);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// Runs a command to its end and expects it to succeed.
pub(super) async fn run(data: &Path, arguments: &[&str]) {
    let said = crate::harness::command::lianfang(data, arguments, "").await;
    assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
}
