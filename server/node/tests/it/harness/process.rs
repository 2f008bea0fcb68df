use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use lianfang_node::auth::{Issuer, Scope};
use lianfang_node::config::Config;
use lianfang_node::data::DataFolder;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::node::founded;

/// A node as a process of its own, with what it logs. Ends when dropped.
pub(crate) struct Process {
    pub(crate) config: Config,
    pub(crate) platform: SocketAddr,
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    /// What it has logged so far, as far as somebody has waited for it.
    seen: Vec<Value>,
    folder: TempDir,
}

impl Process {
    /// Founds a federation of one and serves it, with a changed configuration.
    pub(crate) async fn serve(change: impl Fn(String) -> String) -> Self {
        Self::serve_prepared(change, |_| ()).await
    }

    /// The same after `prepare` has done its work in the data folder.
    pub(crate) async fn serve_prepared(
        change: impl Fn(String) -> String,
        prepare: impl FnOnce(&Path),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = founded(&folder, change);
        prepare(folder.path());
        let mut child = Command::new(env!("CARGO_BIN_EXE_lianfang"))
            .args(["serve", "--config"])
            .arg(DataFolder::at(folder.path()).config())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut seen = Vec::new();
        let up = logged(&mut log, "the node is up", &mut seen).await;
        let door = |name: &str| up[format!("door.{name}")].as_str().unwrap().parse().unwrap();
        Self {
            platform: door("platform"),
            config,
            child,
            log,
            seen,
            folder,
        }
    }

    /// Waits until the node logs `message` and gives the whole line.
    pub(crate) async fn logs(&mut self, message: &str) -> Value {
        logged(&mut self.log, message, &mut self.seen).await
    }

    /// Every line up to the last one that was waited for.
    pub(crate) fn seen(&self) -> &[Value] {
        &self.seen
    }

    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Sends it SIGHUP.
    pub(crate) fn hang_up(&self) {
        self.signal(rustix::process::Signal::HUP);
    }

    /// Tells it to stop and gives every line it has logged since it was up.
    pub(crate) async fn stop(mut self) -> Vec<String> {
        self.signal(rustix::process::Signal::TERM);
        let mut lines = Vec::new();
        while let Some(line) = self.log.next_line().await.unwrap() {
            lines.push(line);
        }
        assert!(self.child.wait().await.unwrap().success());
        lines
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_raw(i32::try_from(self.id()).unwrap()).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) fn token(&self, scopes: &[Scope]) -> String {
        let secrets = DataFolder::at(self.data()).secrets().unwrap();
        let issuer = Issuer::new(self.config.node.id.clone(), &secrets.access);
        let now = jsonwebtoken::get_current_timestamp();
        let hour = std::time::Duration::from_secs(3_600);
        issuer
            .issue("erp", &scopes.iter().copied().collect(), hour, now)
            .unwrap()
    }

    pub(crate) fn authority(&self) -> String {
        std::fs::read_to_string(DataFolder::at(self.data()).authority()).unwrap()
    }

    /// Memory that is resident, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }
}

async fn logged(log: &mut Lines<BufReader<ChildStderr>>, message: &str, seen: &mut Vec<Value>) -> Value {
    loop {
        let line = log.next_line().await.unwrap().unwrap();
        let line = serde_json::from_str::<Value>(&line).unwrap_or_default();
        seen.push(line.clone());
        if line["message"] == message {
            return line;
        }
    }
}
