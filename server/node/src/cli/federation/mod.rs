mod approve;
mod create;
mod crl;
mod extend;
mod invite;
mod join;
mod members;
mod pkcs12;
mod remove;
mod renew;
mod replace;
mod status;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use lianfang_certs::keyfile::{self, KeyFileError};
use lianfang_flow::host_of;
use lianfang_store::{MembershipAdoption, Store};
use lianfang_wire::membership::Envelope;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Fault, Outcome, Terminal};
use crate::clock::SystemClock;
use crate::config::Config;
use lianfang_domain::Clock as _;

#[derive(Subcommand)]
pub(in crate::cli) enum Command {
    /// Found a federation: this node becomes its first member, governor and token committee.
    Create(create::Args),
    /// Invite one node; give it the file over a channel that you both trust.
    Invite(invite::Args),
    /// Answer an invitation, then take the welcome.
    Join(join::Args),
    /// Admit a node that answered an invitation.
    Approve(approve::Args),
    /// Remove a member, for good, at every door at once.
    Remove(remove::Args),
    /// Ask for a certificate under a new TLS key, then put it in place.
    Renew(renew::Args),
    /// Certify a member's new TLS key and pin it in the place of the old one.
    Replace(replace::Args),
    /// Let the membership document count for longer, also when its day has passed.
    Extend(extend::Args),
    /// The revocation list for proxies, browsers and nodes.
    #[command(subcommand)]
    Crl(crl::Command),
    /// Pack this node's key and certificate, with the authority, for a browser or proxy.
    Pkcs12(pkcs12::Args),
    /// Who is a member.
    Members(members::Args),
    /// The membership document in force.
    Status(status::Args),
}

pub(super) async fn run(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Create(args) => create::run(args, terminal),
        Command::Join(args) => join::run(args, terminal),
        Command::Invite(args) => invite::run(args, terminal).await,
        Command::Approve(args) => approve::run(args, terminal).await,
        Command::Remove(args) => remove::run(args, terminal).await,
        Command::Renew(args) => renew::run(args, terminal),
        Command::Replace(args) => replace::run(args, terminal).await,
        Command::Extend(args) => extend::run(args, terminal).await,
        Command::Crl(command) => crl::run(command, terminal),
        Command::Pkcs12(args) => pkcs12::run(&args, terminal),
        Command::Members(args) => members::run(args, terminal).await,
        Command::Status(args) => status::run(args, terminal).await,
    }
}

/// Base URL of the federation door and the names in its certificate.
#[derive(clap::Args)]
pub(in crate::cli) struct Reached {
    /// Base URL of the federation door for other members; https and the configured address when absent, for a renewal what the
    /// certificate in use names.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Names and addresses for the certificate; the endpoint's when absent.
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
}

impl Reached {
    fn is_silent(&self) -> bool {
        self.endpoint.is_none() && self.hosts.is_empty()
    }

    fn endpoint(&self, config: &Config) -> Result<String, Fault> {
        let endpoint = self
            .endpoint
            .clone()
            .unwrap_or_else(|| format!("https://{}", config.doors.federation.listen));
        if host_of(&endpoint).is_some() {
            Ok(endpoint)
        } else {
            Err(Fault::new("endpoint"))
        }
    }

    fn hosts(&self, endpoint: &str) -> Vec<String> {
        if self.hosts.is_empty() {
            host_of(endpoint).map(str::to_owned).into_iter().collect()
        } else {
            self.hosts.clone()
        }
    }
}

/// Whether [`deliver`] can write there: asked before what it is to write is made.
fn check_free(to: Option<&Path>) -> Result<(), Fault> {
    match to {
        Some(path) if path.symlink_metadata().is_ok() => {
            Err(Fault::plain(KeyFileError::Exists(path.to_owned())))
        }
        _ => Ok(()),
    }
}

/// Writes a document to a file that only its owner can read, or to standard output.
fn deliver(document: &impl Serialize, to: Option<&Path>, terminal: &Terminal) -> Result<(), Fault> {
    let Some(path) = to else {
        terminal.pretty(document);
        return terminal.heard();
    };
    let text = serde_json::to_vec_pretty(document).map_err(Fault::plain)?;
    keyfile::write_new(path, &text).map_err(Fault::plain)
}

fn read_document<T: DeserializeOwned>(path: &PathBuf) -> Result<T, Fault> {
    let failed = |reason: &dyn std::fmt::Display| {
        Fault::new("document")
            .with("file", path.display())
            .with("reason", reason)
    };
    let text = std::fs::read(path).map_err(|error| failed(&error))?;
    serde_json::from_slice(&text).map_err(|error| failed(&error))
}

/// Stores the chain of membership documents that a founding or a welcome brought.
fn adopt(store: &Store, memberships: &[Envelope]) -> Result<(), Fault> {
    for (version, envelope) in (1..).zip(memberships) {
        let adopted = store.adopt_membership(version, &envelope.to_json(), SystemClock.now(), None)?;
        if !matches!(adopted, MembershipAdoption::Adopted | MembershipAdoption::Known) {
            return Err(Fault::new("other_federation"));
        }
    }
    Ok(())
}
