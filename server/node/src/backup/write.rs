use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lianfang_encoding::Timestamp;
use lianfang_store::backup;

use super::archive::{Checked, is_known};
use super::manifest::Hashing;
use super::scratch::Scratch;
use super::{ArchiveError, DATABASE, Database, MANIFEST, Manifest};
use crate::config::{Config, FILE};
use crate::data::DataFolder;

/// Writes a backup of a node, running or not, to a new file that only its owner can read. The file is there whole or
/// not at all.
///
/// # Errors
/// [`ArchiveError`].
pub fn write(
    config: &Config,
    config_file: &Path,
    out: &Path,
    now: Timestamp,
) -> Result<Manifest, ArchiveError> {
    let io = |error| ArchiveError::Io(out.to_owned(), error);
    if out.exists() {
        return Err(io(io::ErrorKind::AlreadyExists.into()));
    }
    let beside = match out.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let folder = Scratch::new(beside).map_err(io)?;
    let copy = folder.path().join(DATABASE);
    let data = DataFolder::at(&config.node.data_dir);
    // What no node starts without.
    data.secrets()?;
    // Before the database is copied: a key that its rows need may go meanwhile, while an open file stays.
    let early = early_keys(&data)?;
    backup::dump(config.database.url.expose(), &copy)?;
    let mut archive = Archive::new(tempfile::NamedTempFile::new_in(folder.path()).map_err(io)?);
    archive.add(DATABASE, &copy)?;
    archive.add(FILE, config_file)?;
    for (name, path) in files(&data)? {
        if !early.contains_key(&name) {
            archive.add(&name, &path)?;
        }
    }
    for (name, (path, file)) in early {
        archive.add_open(&name, &path, file)?;
    }
    let manifest = Manifest {
        version: Manifest::VERSION,
        node: config.node.id.clone(),
        database: Database::of(&config.database.url),
        created: now,
        software: env!("CARGO_PKG_VERSION").to_owned(),
        files: archive.files.clone(),
    };
    let file = archive.close(&manifest).map_err(io)?;
    // The first to read it isn't whoever needs it.
    Checked::open(file.path())?;
    file.as_file().sync_all().map_err(io)?;
    file.persist_noclobber(out).map_err(|error| io(error.error))?;
    File::open(beside)
        .and_then(|folder| folder.sync_all())
        .map_err(io)?;
    Ok(manifest)
}

/// The data keys that there are, opened.
fn early_keys(folder: &DataFolder) -> Result<BTreeMap<String, (PathBuf, File)>, ArchiveError> {
    let mut keys = BTreeMap::new();
    for path in folder.data_key_files()? {
        let file = File::open(&path).map_err(|error| ArchiveError::Io(path.clone(), error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        keys.insert(format!("keys/{name}"), (path, file));
    }
    Ok(keys)
}

/// Keys without shares, certificates, digest bodies that are whole; what links lead to is a file like any other. Not what
/// an editor or a write that was cut short has left, which no restore would take.
fn files(folder: &DataFolder) -> Result<Vec<(String, PathBuf)>, ArchiveError> {
    let mut found = Vec::new();
    for part in ["keys", "tls", "bodies"] {
        let path = folder.path().join(part);
        let failed = |error| ArchiveError::Io(path.clone(), error);
        let listed = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            listed => listed.map_err(failed)?,
        };
        for file in listed {
            let file = file.map_err(failed)?;
            let Ok(name) = file.file_name().into_string() else {
                continue;
            };
            let whole = part != "bodies" || name.len() == 64;
            let name = format!("{part}/{name}");
            if whole && is_known(&name) && is_file(&file.path())? {
                found.push((name, file.path()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Follows links. What has gone since it was listed isn't one; a link that leads nowhere is a fault.
fn is_file(path: &Path) -> Result<bool, ArchiveError> {
    match fs::metadata(path) {
        Ok(about) => Ok(about.is_file()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => {
            Ok(false)
        }
        Err(error) => Err(ArchiveError::Io(path.to_owned(), error)),
    }
}

struct Archive<W: Write> {
    tar: tar::Builder<W>,
    files: BTreeMap<String, lianfang_wire::membership::Hash32>,
}

impl<W: Write> Archive<W> {
    fn new(out: W) -> Self {
        Self {
            tar: tar::Builder::new(out),
            files: BTreeMap::new(),
        }
    }

    /// A digest body may go while the backup is made: then nothing in the database's copy needs it for long.
    fn add(&mut self, name: &str, path: &Path) -> Result<(), ArchiveError> {
        let failed = |error| ArchiveError::Io(path.to_owned(), error);
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && name.starts_with("bodies/") => {
                return Ok(());
            }
            file => file.map_err(failed)?,
        };
        self.add_open(name, path, file)
    }

    fn add_open(&mut self, name: &str, path: &Path, file: File) -> Result<(), ArchiveError> {
        let failed = |error| ArchiveError::Io(path.to_owned(), error);
        let length = file.metadata().map_err(failed)?.len();
        let mut file = Hashing::new(file);
        let mut header = header(length);
        self.tar
            .append_data(&mut header, name, &mut file)
            .map_err(failed)?;
        self.files.insert(name.to_owned(), file.finish());
        Ok(())
    }

    fn close(mut self, manifest: &Manifest) -> io::Result<W> {
        let text = serde_json::to_vec_pretty(manifest)?;
        let mut header = header(text.len() as u64);
        self.tar.append_data(&mut header, MANIFEST, text.as_slice())?;
        self.tar.into_inner()
    }
}

fn header(length: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    header.set_entry_type(tar::EntryType::Regular);
    header
}
