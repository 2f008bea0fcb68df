use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::ExitCode;

use lianfang_encoding::NodeId;
use lianfang_wire::vocabulary::MemberRole;

use super::node::NodeArgs;
use super::words::one_of;
use super::{Fault, Outcome, Terminal};
use crate::config::{Country, sample};
use crate::data::DataFolder;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Id of the node: a-z, 0-9 and -, at most 32 characters, for good.
    #[arg(long, value_name = "ID")]
    name: NodeId,
    /// platform, regulator or rights-body.
    #[arg(long, value_parser = one_of(MemberRole::ALL, MemberRole::as_str))]
    role: MemberRole,
    /// Country, ISO 3166-1 alpha-2.
    #[arg(long, value_name = "CC")]
    jurisdiction: Country,
    /// Names and addresses under which other members will reach it.
    #[arg(long = "host", value_name = "HOST", default_values = ["localhost", "127.0.0.1"])]
    hosts: Vec<String>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Outcome {
    let folder = args.node.folder();
    let path = folder.path().display().to_string();
    folder
        .create()
        .map_err(|error| Fault::new("folder").with("folder", &path).with("reason", error))?;
    write_config(&folder, &sample(&args.name, args.role, &args.jurisdiction))?;
    folder.make_keys(&args.name, &args.hosts)?;
    terminal.note("initialised", &[("folder", path)]);
    Ok(ExitCode::SUCCESS)
}

fn write_config(folder: &DataFolder, text: &str) -> Result<(), Fault> {
    let path = folder.config();
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Fault::new("exists").with("file", path.display()),
        _ => Fault::new("folder")
            .with("folder", path.display())
            .with("reason", error),
    };
    // It may come to hold the database's password.
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(failed)
}
