//! PostgreSQL's own programs, whose archives also other tools read.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::BackupError;
use crate::StoreError;

const DUMP: &str = "pg_dump";
const RESTORE: &str = "pg_restore";

#[derive(QueryableByName)]
struct Tables {
    #[diesel(sql_type = BigInt)]
    tables: i64,
}

pub(super) fn dump(url: &str, to: &Path) -> Result<(), BackupError> {
    let mut command = program(DUMP, url)?;
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]);
    run(DUMP, command.arg(to))
}

pub(super) fn load(url: &str, from: &Path) -> Result<(), BackupError> {
    let mut command = program(RESTORE, url)?;
    command.args([
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
    ]);
    run(RESTORE, command.arg(from))
}

pub(super) fn is_vacant(url: &str) -> Result<bool, StoreError> {
    let mut conn = PgConnection::establish(url).map_err(|_| StoreError::Unavailable)?;
    let count =
        "SELECT count(*) AS tables FROM information_schema.tables WHERE table_schema = current_schema()";
    let found: Tables = diesel::sql_query(count).get_result(&mut conn)?;
    Ok(found.tables == 0)
}

/// The password goes through the environment: arguments are for everybody to see.
fn program(name: &'static str, url: &str) -> Result<Command, BackupError> {
    let (url, password) = without_password(url);
    let mut command = Command::new(find(name).ok_or(BackupError::Tool(name))?);
    command
        .arg("--dbname")
        .arg(url)
        .arg("--no-password")
        .stdin(Stdio::null())
        .env("LC_ALL", "C");
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

fn run(name: &'static str, command: &mut Command) -> Result<(), BackupError> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(BackupError::Failed(
        name,
        said.lines().next().unwrap_or_default().to_owned(),
    ))
}

/// In the PATH, or where Debian keeps the newest server's programs.
fn find(name: &str) -> Option<PathBuf> {
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&in_path).collect();
    let mut installed: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    installed.sort();
    folders.extend(installed.into_iter().rev());
    folders
        .into_iter()
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// Splits the password off a connection URI, where it may stand as user information or as a parameter.
fn without_password(url: &str) -> (String, Option<String>) {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, mut password) = match user.split_once(':') {
        Some((user, password)) => (user, Some(decoded(password))),
        None => (user, None),
    };
    let mut kept = Vec::new();
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("password", value)) => password = Some(decoded(value)),
            _ => kept.push(parameter),
        }
    }
    let at = if user.is_empty() { "" } else { "@" };
    let query = if kept.is_empty() {
        String::new()
    } else {
        format!("?{}", kept.join("&"))
    };
    (format!("{scheme}://{user}{at}{host}{path}{query}"), password)
}

/// Percent-decoding (RFC 3986 §2.1).
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let value = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(value.unwrap_or(*first));
        rest = if value.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_argument() {
        for (url, left, password) in [
            ("postgres://u:p%40ss@h:5/d", "postgres://u@h:5/d", Some("p@ss")),
            (
                "postgres:///d?host=/tmp&password=x%25&user=lf",
                "postgres:///d?host=/tmp&user=lf",
                Some("x%"),
            ),
            ("postgresql://h/d?", "postgresql://h/d", None),
            (
                "postgres://u@h1,h2/d?sslmode=require",
                "postgres://u@h1,h2/d?sslmode=require",
                None,
            ),
        ] {
            assert_eq!(
                without_password(url),
                (left.to_owned(), password.map(str::to_owned))
            );
        }
    }
}
