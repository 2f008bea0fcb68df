mod ca;
mod crl;
mod folder;
mod node;
mod p12;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Subcommand;
use lianfang_certs::CertError;
use lianfang_certs::keyfile::KeyFileError;
use lianfang_encoding::{NameError, Timestamp};

use folder::Folder;

/// Certificates of a federation: authority, nodes, revocation, archives for browsers
#[derive(clap::Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Command {
    #[command(flatten)]
    folder: Folder,
    #[command(subcommand)]
    topic: Topic,
}

#[derive(Subcommand)]
enum Topic {
    /// Create the authority, with an empty revocation list
    Ca(ca::Create),
    /// Make a node's key and request, or sign its certificate
    #[command(subcommand)]
    Node(node::Node),
    /// Revoke certificates or renew the list, and show it
    #[command(subcommand)]
    Crl(crl::Crl),
    /// Pack a node's key and certificate for a browser or proxy (PKCS#12)
    P12(p12::Pack),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Certificate(#[from] CertError),
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("{0}: {1}")]
    File(std::path::PathBuf, std::io::Error),
    #[error("{0} isn't text")]
    NotText(std::path::PathBuf),
}

impl Command {
    /// What to print.
    pub(crate) fn run(self) -> Result<String, CommandError> {
        let Self { folder, topic } = self;
        match topic {
            Topic::Ca(create) => create.run(&folder),
            Topic::Node(node) => node.run(&folder),
            Topic::Crl(crl) => crl.run(&folder),
            Topic::P12(pack) => pack.run(&folder),
        }
    }
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 86_400)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a command is where the clock comes from"
)]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_secs(since.as_secs())
}
