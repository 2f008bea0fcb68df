use std::process::ExitCode;

use lianfang_domain::Clock as _;
use lianfang_flow::{Founder, found};
use rand_core::OsRng;

use super::{Reached, adopt};
use crate::cli::node::NodeArgs;
use crate::cli::{Fault, Outcome, Terminal};
use crate::clock::SystemClock;
use crate::data::read_text;

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Name of the federation for people.
    #[arg(long, value_name = "LABEL")]
    name: String,
    #[command(flatten)]
    reached: Reached,
    /// A federation for tests: its nodes may share a clock that is moved by hand. Can't be changed later.
    #[arg(long)]
    test: bool,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Outcome {
    let (config, folder) = (args.node.config()?, args.node.folder());
    let store = crate::wiring::open_store(&config)?;
    if store.latest_membership()?.is_some() {
        return Err(Fault::new("in_federation"));
    }
    let endpoint = args.reached.endpoint(&config)?;
    let founder = Founder {
        federation_name: args.name,
        test: args.test,
        node: config.node.id.clone(),
        name: config.node.name().to_owned(),
        operator: config.node.operator().to_owned(),
        role: config.node.role,
        jurisdiction: config.node.jurisdiction.to_string(),
        hosts: args.reached.hosts(&endpoint),
        endpoint,
        csr: read_text(&folder.request())?,
        signing_key: folder.secrets()?.signing.public(),
    };
    let founded = found(founder, &mut OsRng, SystemClock.now())?;
    folder.keep_founded(&founded)?;
    adopt(&store, &founded.memberships)?;
    terminal.note("founded", &[("federation", founded.federation.to_string())]);
    Ok(ExitCode::SUCCESS)
}
