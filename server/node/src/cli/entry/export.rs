use std::process::ExitCode;

use lianfang_sdk::EntryQuery;
use lianfang_wire::vocabulary::StateName;

use crate::cli::node::NodeArgs;
use crate::cli::words::one_of;
use crate::cli::{Outcome, Terminal};

const PAGE: u32 = 500;

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Only entries in this state.
    #[arg(long, value_parser = one_of(StateName::ALL, StateName::as_str))]
    state: Option<StateName>,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let mut query = EntryQuery {
        state: args.state,
        cursor: None,
        limit: Some(PAGE),
    };
    loop {
        let page = client.entries(&query).await?;
        for entry in &page.items {
            terminal.json(entry);
        }
        terminal.heard()?;
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}
