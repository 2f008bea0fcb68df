//! Restoring: a marker in the data folder keeps the node from starting until every step is done; the same command then
//! finishes what was interrupted.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use lianfang_domain::Clock as _;
use lianfang_flow::{RestorePlan, SystemRandomness, mark_restored};
use lianfang_store::backup;

use super::archive::Checked;
use super::scratch::{self, Scratch};
use super::{ArchiveError, DATABASE, Database};
use crate::clock::SystemClock;
use crate::config::{Config, FILE};
use crate::data::DataFolder;
use crate::durable::step;

const MARKER: &str = ".restoring";

/// Whether a restore into this data folder was interrupted.
pub fn interrupted(data: &Path) -> bool {
    data.join(MARKER).exists()
}

/// Restores `archive` for the node of `config_file`, which is taken from the backup when it doesn't exist. The node is
/// recovering afterwards. Blocks.
///
/// # Errors
/// [`ArchiveError`]; the same call finishes what failed in its midst.
pub fn restore(archive: &Path, config_file: &Path, plan: RestorePlan) -> Result<Config, ArchiveError> {
    let checked = Checked::open(archive)?;
    step("restore_checked");
    if !config_file.exists() {
        let folder = config_file.parent();
        let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        if let Some(folder) = folder.filter(missing) {
            make_private(folder).map_err(|error| ArchiveError::Io(folder.to_owned(), error))?;
        }
        checked.extract(|name| (name == FILE).then(|| config_file.to_owned()))?;
    }
    let refused = |error: crate::config::ConfigError| {
        ArchiveError::Io(config_file.to_owned(), io::Error::other(error.to_string()))
    };
    let config = Config::load(config_file).map_err(refused)?;
    fit(&checked, &config)?;
    let place = Place::prepare(&checked, &config)?;
    place.database(&checked, &config)?;
    step("restore_database");
    place.files(&checked)?;
    step("restore_files");
    let folder = DataFolder::at(&config.node.data_dir);
    let store = crate::wiring::open_store(&config)?;
    let plan = RestorePlan {
        backup: checked.id.clone(),
        ..plan
    };
    mark_restored(
        &store,
        &folder.secrets()?.data,
        &SystemRandomness,
        &plan,
        SystemClock.now(),
    )?;
    step("restore_marked");
    place.finish()?;
    step("restore_finished");
    Ok(config)
}

fn fit(checked: &Checked, config: &Config) -> Result<(), ArchiveError> {
    if checked.manifest.node != config.node.id {
        return Err(ArchiveError::OtherNode(checked.manifest.node.to_string()));
    }
    if checked.manifest.database != Database::of(&config.database.url) {
        return Err(ArchiveError::OtherDatabase);
    }
    Ok(())
}

/// A data folder that is being filled.
struct Place {
    data: PathBuf,
    /// An earlier call may have loaded the database already.
    again: bool,
}

impl Place {
    fn prepare(checked: &Checked, config: &Config) -> Result<Self, ArchiveError> {
        let data = config.node.data_dir.clone();
        let failed = |error| ArchiveError::Io(data.clone(), error);
        let marker = data.join(MARKER);
        let again = match fs::read_to_string(&marker) {
            Ok(id) if id == checked.id => true,
            // Killed while it wrote the marker, before anything else.
            Ok(id) if !id.len().eq(&checked.id.len()) => false,
            Ok(_) => return Err(ArchiveError::Interrupted(data)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(failed(error)),
        };
        if !again {
            if ["keys", "tls", "bodies"]
                .iter()
                .any(|part| data.join(part).exists())
            {
                return Err(ArchiveError::Occupied(data));
            }
            if !backup::is_vacant(config.database.url.expose())? {
                return Err(backup::BackupError::Occupied.into());
            }
            make_private(&data).map_err(failed)?;
            let mut file = File::create(&marker).map_err(failed)?;
            file.write_all(checked.id.as_bytes()).map_err(failed)?;
            file.sync_all().map_err(failed)?;
            sync(&data).map_err(failed)?;
        }
        scratch::sweep(&data);
        step("restore_begun");
        Ok(Self { data, again })
    }

    /// Loading is all or nothing, so what an interrupted call left there is whole.
    fn database(&self, checked: &Checked, config: &Config) -> Result<(), ArchiveError> {
        let url = config.database.url.expose();
        if self.again && !backup::is_vacant(url)? {
            return Ok(());
        }
        let folder = Scratch::new(&self.data).map_err(|error| self.failed(error))?;
        let copy = folder.path().join(DATABASE);
        checked.extract(|name| (name == DATABASE).then(|| copy.clone()))?;
        Ok(backup::load(url, &copy)?)
    }

    fn files(&self, checked: &Checked) -> Result<(), ArchiveError> {
        DataFolder::at(&self.data)
            .create()
            .map_err(|error| self.failed(error))?;
        checked.extract(|name| name.contains('/').then(|| self.data.join(name)))
    }

    fn finish(&self) -> Result<(), ArchiveError> {
        fs::remove_file(self.data.join(MARKER))
            .and_then(|()| sync(&self.data))
            .map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> ArchiveError {
        ArchiveError::Io(self.data.clone(), error)
    }
}

/// The folder, for its owner only. One of somebody else who lets us in stays as it is; `lianfang doctor` tells of it.
fn make_private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    match fs::set_permissions(folder, fs::Permissions::from_mode(0o700)) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        set => set,
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
