//! Puts a node together from its configuration and opens its doors.

mod admission;
mod assemble;
mod membership;
mod open;
mod rekey;
mod settings;
mod tokens;
mod upkeep;

pub(crate) use assemble::stored_memberships;
pub use assemble::{Assembled, assemble, open_store};
pub(crate) use tokens::TokenFiles;

pub use open::{Doors, open};
pub use rekey::Rekeying;
pub use upkeep::Upkeep;

use crate::clock::ClockFileError;
use crate::data::FolderError;
use crate::tls::TlsError;
use lianfang_flow::FlowError;
use lianfang_store::StoreError;

/// Why a node doesn't start. One sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "this node isn't in a federation yet: run `lianfang federation create` or `lianfang federation join`"
    )]
    NoFederation,
    #[error(
        "node.id is {0}, which is no member of this node's federation: put back the id it was admitted under"
    )]
    NoMember(String),
    #[error(
        "keys/signing.key isn't the key of {0} in the membership document: put back the folder `keys` of this node"
    )]
    AnotherSigningKey(String),
    #[error("{field} is {here}, and {there} in the membership document: put it back, it decides what counts")]
    Contradicts {
        field: &'static str,
        here: String,
        there: String,
    },
    #[error("a restore into this data folder was interrupted: run the same `lianfang restore` again")]
    Restoring,
    #[error("the clock is shared-file, but the membership document isn't that of a test federation")]
    ClockOfTests,
    #[error(transparent)]
    ClockFile(#[from] ClockFileError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("{0}: {1}")]
    Jwks(String, crate::auth::jwks::JwksError),
    #[error("{0}: {1}")]
    Listen(String, std::io::Error),
    #[error("metrics can't be set up: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    #[error("a task of the start-up was lost")]
    Lost,
}
