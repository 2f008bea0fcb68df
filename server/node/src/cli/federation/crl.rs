use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use lianfang_certs::{Authority, RevocationList, Serial};
use lianfang_domain::Clock as _;
use lianfang_encoding::NodeId;
use lianfang_flow::{Issued, issued};
use lianfang_store::{DatabaseSettings, Store};

use crate::cli::node::NodeArgs;
use crate::cli::{Fault, Outcome, Terminal};
use crate::clock::SystemClock;
use crate::data::{DataFolder, FolderError, read_text};
use crate::wiring::stored_memberships;

#[derive(Subcommand)]
pub(in crate::cli) enum Command {
    /// Put certificates on the list, which is begun when there is none.
    Revoke(Revoke),
    /// Sign the list anew before its end, with what is on it; begins an empty one when there is none.
    Renew(Signing),
    /// The list, and the certificates that were issued.
    Show(Show),
}

#[derive(clap::Args)]
pub(in crate::cli) struct Signing {
    #[command(flatten)]
    node: NodeArgs,
    /// For how many days the list is to be believed; past its end it refuses everybody.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    days: u32,
    /// Where to write it for those who check it; a list that is there is replaced.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(in crate::cli) struct Revoke {
    #[command(flatten)]
    signing: Signing,
    /// Every certificate of this member, whether it still is one or not; repeat for more.
    #[arg(long = "member", value_name = "ID", required_unless_present_any = ["serials", "certificates"])]
    members: Vec<NodeId>,
    /// The certificate with this number, 32 hexadecimal digits; repeat for more.
    #[arg(long = "serial", value_name = "HEX")]
    serials: Vec<Serial>,
    /// The certificate in this file, PEM; repeat for more.
    #[arg(long = "cert", value_name = "FILE")]
    certificates: Vec<PathBuf>,
}

#[derive(clap::Args)]
pub(in crate::cli) struct Show {
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Revoke(args) => {
            let mut serials = args.serials;
            serials.extend(serials_of(&args.members, &args.signing.node)?);
            sign(&args.signing, serials, &args.certificates, terminal)
        }
        Command::Renew(signing) => sign(&signing, Vec::new(), &[], terminal),
        Command::Show(args) => show(&args.node, terminal),
    }
}

fn serials_of(members: &[NodeId], node: &NodeArgs) -> Result<Vec<Serial>, Fault> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let all = all_issued(node)?;
    let mut serials = Vec::new();
    for member in members {
        let before = serials.len();
        let theirs = all.iter().filter(|issued| issued.node == *member);
        serials.extend(theirs.map(|issued| issued.serial));
        if serials.len() == before {
            return Err(Fault::new("not_issued").with("node", member));
        }
    }
    Ok(serials)
}

fn sign(signing: &Signing, mut serials: Vec<Serial>, files: &[PathBuf], terminal: &Terminal) -> Outcome {
    let folder = signing.node.folder();
    let validity = Duration::from_secs(u64::from(signing.days) * 86_400);
    let revoked = |authority: &Authority| {
        for file in files {
            serials.push(serial_in(file, authority)?);
        }
        Ok(serials)
    };
    folder.sign_revocations(revoked, SystemClock.now(), validity, signing.out.as_deref())?;
    let list = kept(&folder)?.ok_or_else(|| Fault::new("no_list"))?;
    let file = signing.out.clone().unwrap_or_else(|| folder.revocations());
    let with = [
        ("number", list.number().to_string()),
        ("count", list.revoked().count().to_string()),
        ("file", file.display().to_string()),
        ("until", list.next_update().to_string()),
    ];
    terminal.note("list_signed", &with);
    Ok(ExitCode::SUCCESS)
}

fn serial_in(file: &Path, authority: &Authority) -> Result<Serial, FolderError> {
    authority
        .serial_of(&read_text(file)?)
        .map_err(|error| FolderError::CertificateIn(file.to_owned(), error))
}

fn show(node: &NodeArgs, terminal: &Terminal) -> Outcome {
    let (all, list) = (all_issued(node)?, kept(&node.folder())?);
    match &list {
        None => terminal.note("no_list", &[]),
        Some(list) => {
            let with = [
                ("number", list.number().to_string()),
                ("signed", list.this_update().to_string()),
                ("until", list.next_update().to_string()),
            ];
            terminal.line(&terminal.say("line.revocations", &with));
            if list.is_stale(SystemClock.now()) {
                terminal.note("list_over", &[]);
            }
        }
    }
    for issued in &all {
        let revoked = list.as_ref().is_some_and(|list| list.contains(&issued.serial));
        let state = match (revoked, issued.is_pinned) {
            (true, _) => "certificate.revoked",
            (false, true) => "certificate.pinned",
            (false, false) => "certificate.unpinned",
        };
        row(&issued.serial, issued.node.as_str(), state, terminal);
    }
    let others = list
        .iter()
        .flat_map(RevocationList::revoked)
        .map(|(serial, _)| serial);
    for serial in others.filter(|serial| all.iter().all(|issued| issued.serial != *serial)) {
        row(&serial, "-", "certificate.revoked", terminal);
    }
    Ok(ExitCode::SUCCESS)
}

fn row(serial: &Serial, node: &str, state: &str, terminal: &Terminal) {
    let with = [
        ("serial", serial.to_string()),
        ("node", node.to_owned()),
        ("state", terminal.say(state, &[])),
    ];
    terminal.line(&terminal.say("line.certificate", &with));
}

/// The list in the data folder, which the authority has signed.
fn kept(folder: &DataFolder) -> Result<Option<RevocationList>, Fault> {
    let Some(text) = folder.kept_revocations()? else {
        return Ok(None);
    };
    let authority = read_text(&folder.authority())?;
    let list = RevocationList::read(&text, &authority).map_err(|error| {
        Fault::new("file")
            .with("file", folder.revocations().display())
            .with("reason", error)
    })?;
    Ok(Some(list))
}

/// What was issued with the membership documents that this node has. The database is looked at as it is.
fn all_issued(node: &NodeArgs) -> Result<Vec<Issued>, Fault> {
    let config = node.config()?;
    // A node of no federation has none, and maybe no database.
    read_text(&node.folder().authority()).map_err(|_| Fault::new("no_federation"))?;
    let settings = DatabaseSettings {
        connections: 1,
        ..DatabaseSettings::new(config.database.url.expose())
    };
    let store = Store::open(&settings)?;
    Ok(issued(stored_memberships(&store)?, SystemClock.now())?)
}
