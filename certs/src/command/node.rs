use std::path::PathBuf;

use lianfang_certs::{NodeIdentity, NodeKey, Serial, certificate, keyfile};
use lianfang_encoding::{FederationId, NodeId};
use rand_core::OsRng;

use super::folder::{Folder, read, replace};
use super::{CommandError, days, now};

#[derive(clap::Subcommand)]
pub(super) enum Node {
    /// Make a fresh key and a certificate request
    Request(Request),
    /// Sign the certificate of a request
    Issue(Issue),
}

#[derive(clap::Args)]
pub(super) struct Request {
    /// Node id: a-z, 0-9 and '-'
    #[arg(long)]
    node: NodeId,
    /// DNS name or address of the node; repeat for more
    #[arg(long = "host")]
    hosts: Vec<String>,
}

#[derive(clap::Args)]
pub(super) struct Issue {
    /// Certificate request [default: the node's in the folder]
    #[arg(long)]
    csr: Option<PathBuf>,
    /// Federation id: 32 hexadecimal digits
    #[arg(long)]
    federation_id: FederationId,
    /// Node id, as the membership document says
    #[arg(long)]
    node: NodeId,
    /// DNS name or address that the certificate names; repeat for more
    #[arg(long = "host")]
    hosts: Vec<String>,
    /// Days of validity
    #[arg(long, default_value_t = 90)]
    days: u32,
}

impl Node {
    pub(super) fn run(self, folder: &Folder) -> Result<String, CommandError> {
        match self {
            Self::Request(request) => request.run(folder),
            Self::Issue(issue) => issue.run(folder),
        }
    }
}

impl Request {
    fn run(&self, folder: &Folder) -> Result<String, CommandError> {
        let key = NodeKey::generate()?;
        let request = key.request(&self.node, &self.hosts)?;
        let pin = hex(&key.spki_pin()?);
        let (key_path, csr_path) = (folder.of(&self.node, "key"), folder.of(&self.node, "csr"));
        folder.prepare()?;
        keyfile::write_new(&key_path, key.to_pem()?.as_bytes())?;
        replace(&csr_path, &request)?;
        Ok(format!(
            "request: {}\nprivate key: {}\npin: {pin}\n",
            csr_path.display(),
            key_path.display()
        ))
    }
}

impl Issue {
    fn run(self, folder: &Folder) -> Result<String, CommandError> {
        let request = read(&self.csr.unwrap_or_else(|| folder.of(&self.node, "csr")))?;
        let path = folder.of(&self.node, "pem");
        let identity = NodeIdentity {
            fed: self.federation_id,
            node: self.node,
            hosts: self.hosts,
        };
        let serial = Serial::random(&mut OsRng);
        let issued = folder
            .authority()?
            .issue(&request, &identity, days(self.days), now(), serial)?;
        replace(&path, &issued)?;
        let der = certificate::der(&issued)?;
        let (pin, expires) = (hex(&certificate::spki_pin(&der)?), certificate::expires(&der)?);
        Ok(format!(
            "certificate: {}\nserial: {serial}\npin: {pin}\nexpires: {expires}\n",
            path.display()
        ))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
