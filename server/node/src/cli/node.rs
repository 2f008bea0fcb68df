use std::path::PathBuf;

use lianfang_sdk::Client;

use super::Fault;
use crate::config::Config;
use crate::data::DataFolder;
use crate::doors::SOCKET;

/// Which node.
#[derive(clap::Args)]
pub(super) struct NodeArgs {
    /// Data folder of the node.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LIANFANG_DATA",
        default_value = "."
    )]
    pub(super) data: PathBuf,
}

impl NodeArgs {
    /// The data folder.
    pub(super) fn folder(&self) -> DataFolder {
        DataFolder::at(&self.data)
    }

    /// The node's configuration.
    pub(super) fn config(&self) -> Result<Config, Fault> {
        Ok(Config::load(&self.folder().config())?)
    }

    /// The running node, through its operator socket.
    pub(super) fn client(&self) -> Result<Client, Fault> {
        let socket = self.data.join(SOCKET);
        if !socket.exists() {
            return Err(Fault::new("not_running").with("data", self.data.display()));
        }
        Ok(Client::operator(&socket)?)
    }
}
