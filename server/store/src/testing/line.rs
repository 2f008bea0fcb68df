//! A line to a PostgreSQL server on which everything can be held up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use tempfile::TempDir;

use super::must;
use crate::DatabaseSettings;

/// What PostgreSQL's own sockets are called.
const SOCKET: &str = ".s.PGSQL.5432";

/// Passes on what a store and its server say to each other, or holds it.
pub struct SlowLine {
    url: String,
    gate: Arc<Gate>,
    _folder: TempDir,
}

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_held: bool,
    waiting: usize,
}

impl SlowLine {
    /// A line to the server and database of `settings`.
    pub fn to(settings: &DatabaseSettings) -> Self {
        let folder = must("create a folder", tempfile::tempdir());
        let listener = must("listen", UnixListener::bind(folder.path().join(SOCKET)));
        let gate = Arc::new(Gate::default());
        let (server, at) = (settings.url.clone(), Arc::clone(&gate));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                connect(client, &server, &at);
            }
        });
        Self {
            url: through(&settings.url, folder.path()),
            gate,
            _folder: folder,
        }
    }

    /// The database by this line.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on nothing arrives, in neither direction.
    pub fn hold(&self) {
        self.gate.lock().is_held = true;
    }

    /// Waits until somebody has said something that doesn't arrive.
    pub fn wait_until_something_is_held(&self) {
        let mut state = self.gate.lock();
        while state.waiting == 0 {
            state = self
                .gate
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What was held arrives, and everything that follows.
    pub fn let_go(&self) {
        self.gate.lock().is_held = false;
        self.gate.changed.notify_all();
    }
}

impl Drop for SlowLine {
    /// A test that fails ends, although somebody still waits for an answer.
    fn drop(&mut self) {
        self.let_go();
    }
}

impl std::fmt::Debug for SlowLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SlowLine")
    }
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self) {
        let mut state = self.lock();
        state.waiting += 1;
        self.changed.notify_all();
        while state.is_held {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting -= 1;
    }

    fn carry(&self, mut from: impl Read, mut to: impl Write) {
        let mut piece = [0; 8_192];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            self.pass();
            if to.write_all(&piece[..length]).is_err() {
                return;
            }
        }
    }
}

/// The socket in the folder that the URL names, or its host and port.
fn connect(client: UnixStream, url: &str, gate: &Arc<Gate>) {
    match parameter(url, "host").filter(|host| host.starts_with('/')) {
        Some(folder) => {
            let server = must("connect", UnixStream::connect(Path::new(folder).join(SOCKET)));
            join(client, server, UnixStream::try_clone, gate);
        }
        None => {
            let server = must("connect", TcpStream::connect(authority(url)));
            join(client, server, TcpStream::try_clone, gate);
        }
    }
}

fn join<S>(client: UnixStream, server: S, clone: fn(&S) -> std::io::Result<S>, gate: &Arc<Gate>)
where
    S: Read + Write + Send + 'static,
{
    let (back, there) = (must("clone", clone(&server)), must("clone", client.try_clone()));
    let (up, down) = (Arc::clone(gate), Arc::clone(gate));
    thread::spawn(move || up.carry(there, server));
    thread::spawn(move || down.carry(back, client));
}

fn parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, options) = url.split_once('?')?;
    options
        .split('&')
        .find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
}

fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default()
}

/// The same user, password and database, by a socket in `folder`.
fn through(url: &str, folder: &Path) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, name) = place.split_once('/').unwrap_or((place, ""));
    let user = host.rsplit_once('@').map_or("", |(user, _)| user);
    let others = options
        .split('&')
        .filter(|option| !option.is_empty() && !option.starts_with("host="));
    let others: String = others.map(|option| format!("&{option}")).collect();
    let at = if user.is_empty() { "" } else { "@" };
    format!("postgres://{user}{at}/{name}?host={}{others}", folder.display())
}
