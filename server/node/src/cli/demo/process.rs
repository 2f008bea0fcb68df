//! One node as a process of its own, made and driven through the same commands an operator types.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use lianfang_encoding::NodeId;
use lianfang_sdk::{Client, Trust};
use tokio::process::{Child, Command};

use super::super::Fault;
use crate::data::DataFolder;
use crate::doors::SOCKET;

const READY_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// How often it is looked whether a process that was killed is gone: at once, unless the machine has a lot to do.
const LOOKS: usize = 10_000;

/// Where the doors of a node listen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    pub(super) federation: u16,
    pub(super) platform: u16,
    pub(super) regulator: u16,
    pub(super) operations: u16,
}

/// A node of the demo.
pub(super) struct NodeProcess {
    pub(super) id: NodeId,
    pub(super) ports: Ports,
    folder: PathBuf,
    child: Option<Child>,
}

impl NodeProcess {
    /// A node whose data folder has yet to be made.
    pub(super) fn new(id: NodeId, ports: Ports, folder: PathBuf) -> Self {
        Self {
            id,
            ports,
            folder,
            child: None,
        }
    }

    pub(super) fn data(&self) -> DataFolder {
        DataFolder::at(&self.folder)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn platform_url(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports.platform)
    }

    pub(super) fn regulator_url(&self) -> String {
        format!("https://127.0.0.1:{}/taxii2/", self.ports.regulator)
    }

    /// The node's certificate, key and the authority, PEM.
    pub(super) fn identity(&self) -> Result<(String, String), Fault> {
        let read = |path: PathBuf| std::fs::read_to_string(path).map_err(Fault::plain);
        Ok((read(self.data().certificate())?, read(self.data().tls_key())?))
    }

    pub(super) fn authority(&self) -> Result<String, Fault> {
        std::fs::read_to_string(self.data().authority()).map_err(Fault::plain)
    }

    /// Runs `lianfang` on this node's data folder and gives what it printed.
    pub(super) async fn command<I, S>(&self, words: I) -> Result<String, Fault>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let output = Command::new(program()?)
            .args(words)
            .arg("--data")
            .arg(&self.folder)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(Fault::plain)?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(Fault::plain(format!("{}: {}", self.id, said.trim())))
        }
    }

    /// Starts the node and waits until it is ready.
    pub(super) async fn start(&mut self) -> Result<(), Fault> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("node.log"))
            .map_err(Fault::plain)?;
        let child = Command::new(program()?)
            .arg("serve")
            .arg("--config")
            .arg(self.data().config())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(Fault::plain)?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(Fault::plain)?;
        self.child = Some(child);
        let ready = tokio::time::timeout(READY_WITHIN, self.become_ready()).await;
        ready.unwrap_or_else(|_| Err(self.broken("wasn't ready in time")))
    }

    async fn become_ready(&mut self) -> Result<(), Fault> {
        loop {
            if let Some(child) = &mut self.child
                && child.try_wait().map_err(Fault::plain)?.is_some()
            {
                return Err(self.broken("has stopped"));
            }
            if self.folder.join(SOCKET).exists()
                && self.operator()?.members::<serde_json::Value>().await.is_ok()
            {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn broken(&self, what: &str) -> Fault {
        let log = std::fs::read_to_string(self.folder.join("node.log")).unwrap_or_default();
        let last = log.lines().last().unwrap_or_default();
        Fault::plain(format!("{} {what}: {last}", self.id))
    }

    /// Kills the node as a crash would.
    pub(super) async fn kill(&mut self) -> Result<(), Fault> {
        if let Some(mut child) = self.child.take() {
            child.kill().await.map_err(Fault::plain)?;
        }
        Ok(())
    }

    /// The node's operator socket.
    pub(super) fn operator(&self) -> Result<Client, Fault> {
        Ok(Client::operator(&self.folder.join(SOCKET))?)
    }

    /// A JWT for a caller of the platform door.
    pub(super) async fn token(&self, scope: &str) -> Result<String, Fault> {
        let token = self
            .command(["token", "issue", "--scope", scope, "--sub", "demo"])
            .await?;
        Ok(token.trim().to_owned())
    }

    /// The node's platform door, over HTTPS with a JWT.
    pub(super) async fn platform(&self, scope: &str) -> Result<Client, Fault> {
        let trust = Trust::authorities([self.authority()?]);
        Ok(Client::https(
            &self.platform_url(),
            &self.token(scope).await?,
            &trust,
        )?)
    }

    /// The process, for the operator to look at.
    pub(super) fn process_id(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }
}

/// Whoever drops a node may remove its folder: it writes nothing there any more.
impl Drop for NodeProcess {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        if child.start_kill().is_err() {
            return;
        }
        for _ in 0..LOOKS {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn program() -> Result<PathBuf, Fault> {
    std::env::current_exe().map_err(Fault::plain)
}
