//! Images of bases as files: built once, beside the running index, and mapped at every start after that. A file is named
//! by the hash of its bytes, which the node compares at leisure once it runs.

use std::collections::HashSet;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lianfang_digest::Seed;
use lianfang_encoding::sha256;
use lianfang_mapped::MappedFile;
use lianfang_screener::{BaseSource, Bases, IndexError, write_bases};
use sha2::{Digest as _, Sha256};

use super::HeldList;
use crate::FlowError;
use crate::files::Troubles;

const SUFFIX: &str = ".bases";

/// The bases of some lists, and the file that holds them.
#[derive(Debug, Clone)]
pub(super) struct Image {
    pub(super) bases: Arc<Bases<MappedFile>>,
    hash: [u8; 32],
}

/// The folder of the images.
#[derive(Debug, Clone)]
pub(crate) struct Images {
    folder: PathBuf,
    troubles: Troubles,
}

enum Unwritten {
    File(io::Error),
    Index,
}

impl From<IndexError> for Unwritten {
    fn from(_: IndexError) -> Self {
        Self::Index
    }
}

impl Images {
    pub(crate) fn open(folder: &Path) -> Result<Self, FlowError> {
        let troubles = Troubles::of("index");
        fs::create_dir_all(folder).map_err(|error| troubles.note(&error))?;
        Ok(Self {
            folder: folder.to_owned(),
            troubles,
        })
    }

    pub(crate) fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// What the last run left behind, as far as it is of this federation and whole.
    pub(super) fn existing(&self, seed: &Seed) -> Result<Vec<Image>, FlowError> {
        let mut images = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(|error| self.failed(&error))? {
            let path = entry.map_err(|error| self.failed(&error))?.path();
            match hash_of_name(&path).map(|hash| self.map(hash)) {
                Some(Ok(image)) if image.bases.seed().as_bytes() == seed.as_bytes() => images.push(image),
                _ => remove(&path),
            }
        }
        Ok(images)
    }

    /// Writes an image of these bases, makes it durable and maps it. Needs no memory beyond a block.
    pub(super) fn build(&self, sources: &[BaseSource<'_>]) -> Result<Image, FlowError> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(|error| self.failed(&error))?;
        let hash = match write(file.as_file_mut(), sources) {
            Ok(hash) => hash,
            Err(Unwritten::File(error)) => return Err(self.failed(&error)),
            Err(Unwritten::Index) => {
                return Err(FlowError::Internal("the screening index can't be built"));
            }
        };
        file.as_file()
            .set_permissions(Permissions::from_mode(0o400))
            .map_err(|error| self.failed(&error))?;
        file.as_file().sync_all().map_err(|error| self.failed(&error))?;
        file.persist(self.path(&hash))
            .map_err(|error| self.failed(&error.error))?;
        self.map(hash)
    }

    /// Removes every image but these. One that is still mapped goes when its last lookup ends.
    pub(super) fn keep_only(&self, images: &[Image]) {
        let kept: HashSet<_> = images.iter().map(|image| self.path(&image.hash)).collect();
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if !kept.contains(&path) {
                remove(&path);
            }
        }
    }

    fn map(&self, hash: [u8; 32]) -> Result<Image, FlowError> {
        let file = MappedFile::open(&self.path(&hash)).map_err(|error| self.failed(&error))?;
        let bases = Bases::open(file).map_err(|_| FlowError::Internal("an image of bases is damaged"))?;
        Ok(Image {
            bases: Arc::new(bases),
            hash,
        })
    }

    fn failed(&self, error: &io::Error) -> FlowError {
        self.troubles.note(error)
    }

    fn path(&self, hash: &[u8; 32]) -> PathBuf {
        self.folder.join(format!("{}{SUFFIX}", hex::encode(hash)))
    }
}

impl PartialEq for Image {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Image {
    pub(super) fn has_base_of(&self, list: &HeldList) -> bool {
        let mut held = self.bases.lists().iter();
        held.any(|(id, base)| *id == list.id && base == list.base())
    }

    /// Whether its bytes are those that were written. Reads all of them.
    pub(super) fn is_sound(&self) -> bool {
        sha256(self.bases.as_bytes()) == self.hash
    }
}

fn write(file: &mut File, sources: &[BaseSource<'_>]) -> Result<[u8; 32], Unwritten> {
    let (mut file, mut hash) = (BufWriter::new(file), Sha256::new());
    write_bases(sources, |block| {
        hash.update(block);
        file.write_all(block).map_err(Unwritten::File)
    })?;
    file.flush().map_err(Unwritten::File)?;
    Ok(hash.finalize().into())
}

fn hash_of_name(path: &Path) -> Option<[u8; 32]> {
    let name = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
    hex::decode(name).ok()?.try_into().ok()
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(error.kind = ?error.kind(), "an image of bases couldn't be removed");
    }
}
