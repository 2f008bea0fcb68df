use std::path::Path;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

/// What a command said, and how it ended.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Starts `lianfang` on a data folder.
pub(crate) fn start(data: &Path, arguments: &[&str]) -> Child {
    command(data, arguments).spawn().unwrap()
}

/// `lianfang` on a data folder, not started yet.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lianfang"));
    command
        .args(arguments)
        .env_clear()
        .env("LIANFANG_DATA", data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs `lianfang` on a data folder with `input` on standard input.
pub(crate) async fn lianfang(data: &Path, arguments: &[&str], input: &str) -> Said {
    let mut child = start(data, arguments);
    // A command that doesn't read its input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes()).await;
    ended(child).await
}

/// What a command says until it ends.
pub(crate) async fn ended(child: Child) -> Said {
    let output = child.wait_with_output().await.unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
