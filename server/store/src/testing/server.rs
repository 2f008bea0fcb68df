use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use super::must;

struct Server {
    url: String,
    /// Nothing for a server that somebody else started.
    _own: Option<OwnServer>,
}

/// A server of its own for a test that stops it. Gone when the process ends, however it ends.
#[derive(Debug)]
pub struct OwnServer {
    url: String,
    folder: PathBuf,
    prefix: Vec<String>,
    bin: PathBuf,
    options: String,
    /// Its standard input closes when this process ends; then it stops the server and removes the folder.
    _watchdog: Child,
}

/// URL of a maintenance database.
pub(super) fn url() -> &'static str {
    static SERVER: OnceLock<Server> = OnceLock::new();
    &SERVER
        .get_or_init(|| match env::var("LIANFANG_TEST_POSTGRES") {
            Ok(url) => Server { url, _own: None },
            Err(_) => {
                let own = OwnServer::new();
                Server {
                    url: own.url.clone(),
                    _own: Some(own),
                }
            }
        })
        .url
}

/// The same server, another database.
pub(super) fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
    let host = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{host}/{name}?{options}")
}

impl OwnServer {
    /// Makes and starts one.
    pub fn new() -> Self {
        make()
    }

    /// URL of its maintenance database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it; whoever is connected is cut off.
    pub fn stop(&self) {
        run(&self.prefix, &self.bin.join("pg_ctl"), |pg_ctl| {
            pg_ctl
                .arg("-D")
                .arg(self.folder.join("data"))
                .args(["-m", "fast", "-s", "-w", "stop"]);
        });
    }

    /// Starts it after a stop, and waits until it answers.
    pub fn start(&self) {
        run(&self.prefix, &self.bin.join("pg_ctl"), |pg_ctl| {
            pg_ctl
                .arg("-D")
                .arg(self.folder.join("data"))
                .args(["-s", "-w", "-t", "30", "-l"])
                .arg(self.folder.join("log"))
                .args(["-o", &self.options, "start"]);
        });
    }
}

impl Default for OwnServer {
    fn default() -> Self {
        Self::new()
    }
}

fn make() -> OwnServer {
    let folder = tempfile::Builder::new().prefix("lfpg.").tempdir_in("/tmp");
    let folder = must("create a folder", folder).keep();
    let prefix = owner_prefix(&folder);
    let (data, bin) = (folder.join("data"), binaries());
    run(&prefix, &bin.join("initdb"), |initdb| {
        initdb.arg("-D").arg(&data).args([
            "-U",
            "lf",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]);
    });
    let options = format!(
        "-c listen_addresses='' -c unix_socket_directories={} -c max_connections=300 -c fsync=off \
         -c synchronous_commit=off -c full_page_writes=off",
        folder.display()
    );
    let server = OwnServer {
        url: format!("postgres:///postgres?host={}&user=lf", folder.display()),
        _watchdog: watchdog(&prefix, &bin, &folder),
        folder,
        prefix,
        bin,
        options,
    };
    server.start();
    server
}

/// PostgreSQL refuses to run as root: give the folder to the user `postgres` and become it.
fn owner_prefix(folder: &Path) -> Vec<String> {
    let id = must("run id", Command::new("id").arg("-u").output());
    if id.stdout.trim_ascii() != b"0" {
        return Vec::new();
    }
    run(&[], Path::new("chown"), |chown| {
        chown.arg("postgres").arg(folder);
    });
    [
        "setpriv",
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Debian keeps the server's programs out of the PATH: take the newest.
fn binaries() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_default()
}

fn run(prefix: &[String], program: &Path, arguments: impl FnOnce(&mut Command)) {
    let mut command = prefixed(prefix, program);
    arguments(&mut command);
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = command.status().map_err(|error| {
        format!(
            "{} ({error}): install postgresql or set LIANFANG_TEST_POSTGRES",
            program.display()
        )
    });
    let status = must("start", status);
    if !status.success() {
        must(
            "start",
            Err::<(), _>(format!("{} ended with {status}", program.display())),
        );
    }
}

fn watchdog(prefix: &[String], bin: &Path, folder: &Path) -> Child {
    use std::os::unix::process::CommandExt;
    let mut stop = prefixed(prefix, &bin.join("pg_ctl"));
    stop.arg("-D")
        .arg(folder.join("data"))
        .args(["-m", "immediate", "-s", "stop"]);
    let mut shell = Command::new("sh");
    shell
        .args([
            "-c",
            r#"cat; folder=$1; shift; "$@"; rm -rf "$folder""#,
            "watchdog",
        ])
        .arg(folder);
    shell.arg(stop.get_program()).args(stop.get_args());
    shell.current_dir("/").process_group(0);
    shell
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    must("start the watchdog", shell.spawn())
}

fn prefixed(prefix: &[String], program: &Path) -> Command {
    match prefix.split_first() {
        None => Command::new(program),
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
    }
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_name_of_the_database_changes() {
        for (url, expected) in [
            (
                "postgres:///postgres?host=/tmp/x&user=lf",
                "postgres:///mine?host=/tmp/x&user=lf",
            ),
            (
                "postgres://u:p@host:5432/postgres",
                "postgres://u:p@host:5432/mine?",
            ),
            ("postgres://u:p@host:5432", "postgres://u:p@host:5432/mine?"),
        ] {
            assert_eq!(with_database(url, "mine"), expected);
        }
    }
}
