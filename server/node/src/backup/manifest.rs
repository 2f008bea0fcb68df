use std::collections::BTreeMap;
use std::io::{self, Read};

use lianfang_encoding::{NodeId, Timestamp};
use lianfang_wire::membership::Hash32;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::config::DatabaseUrl;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Layout of the archive.
    pub version: u16,
    /// Whose backup.
    pub node: NodeId,
    /// What kind of database it was.
    pub database: Database,
    /// When it was begun.
    pub created: Timestamp,
    /// Version of the software that wrote it.
    pub software: String,
    /// SHA-256 of every other file in the archive.
    pub files: BTreeMap<String, Hash32>,
}

/// Kinds of databases; one can't be restored as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// That of a URL.
    pub fn of(url: &DatabaseUrl) -> Self {
        if url.expose().starts_with("sqlite:") {
            Self::Sqlite
        } else {
            Self::Postgres
        }
    }
}

impl Manifest {
    /// The layout that is written and read.
    pub const VERSION: u16 = 1;
}

/// Hashes what is read through it.
pub(super) struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R> Hashing<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
        }
    }

    pub(super) fn finish(self) -> Hash32 {
        Hash32(self.hash.finalize().into())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.hash.update(&buffer[..length]);
        Ok(length)
    }
}
