use std::path::PathBuf;

use lianfang_certs::{NodeKey, keyfile, pkcs12};
use lianfang_encoding::NodeId;

use super::CommandError;
use super::folder::{Folder, read, read_secret};

#[derive(clap::Args)]
pub(super) struct Pack {
    /// Node whose key and certificate lie in the folder
    #[arg(long)]
    node: NodeId,
    /// File with the password on its first line, readable by you only
    #[arg(long)]
    password_file: PathBuf,
}

impl Pack {
    pub(super) fn run(&self, folder: &Folder) -> Result<String, CommandError> {
        let key = NodeKey::from_pem(&read_secret(&folder.of(&self.node, "key"))?)?;
        let certificate = read(&folder.of(&self.node, "pem"))?;
        let password = read_secret(&self.password_file)?;
        let first = password.lines().next().unwrap_or_default();
        let archive = pkcs12(&key, &certificate, &read(&folder.ca_pem())?, first)?;
        let path = folder.of(&self.node, "p12");
        keyfile::write_new(&path, &archive)?;
        Ok(format!("archive: {}\n", path.display()))
    }
}
