//! Nodes as processes of their own, made by the commands an operator types.

pub(crate) mod committee;
pub(crate) mod federation;
pub(crate) mod vitals;

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use lianfang_sdk::Client;

/// Between two looks at whether a node is up.
const LOOK: Duration = Duration::from_millis(20);

/// `lianfang` on a data folder.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lianfang"));
    command
        .args(arguments)
        .env("LIANFANG_DATA", data)
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(data: &Path, arguments: &[&str]) {
    let output = command(data, arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
}

/// Serves what is in a data folder; returns when the operator's socket is open.
pub(crate) fn serve(data: &Path) -> Child {
    let log = File::create(data.join("node.log")).unwrap();
    let config = data.join("lianfang.toml").display().to_string();
    let mut process = command(data, &["serve", "--config", &config])
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    while std::os::unix::net::UnixStream::connect(data.join("operator.sock")).is_err() {
        if let Some(status) = process.try_wait().unwrap() {
            let log = std::fs::read_to_string(data.join("node.log")).unwrap_or_default();
            panic!("{} isn't ready, {status}: {log}", data.display());
        }
        sleep(LOOK);
    }
    process
}

/// The operator's door of the node in a data folder.
pub(crate) fn operator(data: &Path) -> Client {
    Client::operator(&data.join("operator.sock")).unwrap()
}

/// A port that nobody has at the moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
