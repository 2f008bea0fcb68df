use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{BackupError, private};
use crate::StoreError;

pub(super) fn path(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite:")
}

#[derive(QueryableByName)]
struct Tables {
    #[diesel(sql_type = BigInt)]
    tables: i64,
}

/// `VACUUM INTO` reads one state of the file however many write to it, and takes an empty file as its goal.
pub(super) fn dump(path: &str, to: &Path) -> Result<(), BackupError> {
    if !Path::new(path).is_file() {
        return Err(BackupError::Missing);
    }
    let mut conn = open(path)?;
    let to = to
        .to_str()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let copied = diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(to)
        .execute(&mut conn);
    copied.map(drop).map_err(|error| StoreError::from(error).into())
}

/// Written beside, made durable, renamed into place.
pub(super) fn load(path: &str, from: &Path) -> Result<(), BackupError> {
    let path = PathBuf::from(path);
    let partial = path.with_extension("restoring");
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    private(&partial)?;
    let mut file = File::options().write(true).open(&partial)?;
    io::copy(&mut File::open(from)?, &mut file)?;
    file.sync_all()?;
    // What an interrupted program left beside an empty file isn't this database's.
    for ending in ["-wal", "-shm"] {
        let mut beside = path.clone().into_os_string();
        beside.push(ending);
        let _ = fs::remove_file(beside);
    }
    fs::rename(&partial, &path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

pub(super) fn is_vacant(path: &str) -> Result<bool, StoreError> {
    if !Path::new(path).exists() {
        return Ok(true);
    }
    let found: Tables =
        diesel::sql_query("SELECT count(*) AS tables FROM sqlite_master").get_result(&mut open(path)?)?;
    Ok(found.tables == 0)
}

fn open(path: &str) -> Result<SqliteConnection, StoreError> {
    let mut conn = SqliteConnection::establish(path).map_err(|_| StoreError::Unavailable)?;
    conn.batch_execute("PRAGMA busy_timeout = 10000")?;
    Ok(conn)
}
