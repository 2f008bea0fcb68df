use std::process::ExitCode;

use clap::Subcommand;
use lianfang_flow::DataKeyStatus;
use lianfang_sdk::Client;

use super::node::NodeArgs;
use super::{Outcome, Terminal};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a new data key and seal everything at rest anew, while the node serves.
    Rotate(Args),
    /// Which data key is in force, and what older ones still seal.
    Status(Args),
}

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) async fn run(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Rotate(args) => rotate(&args.node.client()?, terminal).await,
        Command::Status(args) => status(&args.node.client()?, terminal).await,
    }
}

async fn rotate(client: &Client, terminal: &Terminal) -> Outcome {
    client.rotate_data_key().await?;
    let mut all = 0;
    loop {
        match client.reseal().await? {
            0 => break,
            rows => all += rows,
        }
    }
    terminal.note("resealed", &[("rows", all.to_string())]);
    status(client, terminal).await
}

async fn status(client: &Client, terminal: &Terminal) -> Outcome {
    let status: DataKeyStatus = client.data_key().await?;
    let older: Vec<_> = status.older.iter().map(u8::to_string).collect();
    let with = [
        ("number", status.number.to_string()),
        ("since", status.since.to_string()),
        ("rows", status.rows.to_string()),
        ("answers", status.answers.to_string()),
        ("older", older.join(", ")),
    ];
    let key = if older.is_empty() {
        "data_key"
    } else {
        "data_key_older"
    };
    terminal.note(key, &with);
    Ok(ExitCode::SUCCESS)
}
