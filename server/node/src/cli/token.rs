use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;

use super::node::NodeArgs;
use super::{Fault, Outcome, Terminal};
use crate::auth::{Issuer, Scope, UnknownScope};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Issue a token for one caller of the platform door.
    Issue(Args),
    /// Sign new tokens with a new key; those of the old one go on counting for a time.
    Rotate(RotateArgs),
}

/// The longest life of a token.
const YEAR: u64 = 31_536_000;

#[derive(clap::Args)]
pub(super) struct RotateArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// Seconds for which tokens of the old key go on counting: by default until the last one has expired; 0 when the
    /// key may be in wrong hands.
    #[arg(long, value_name = "SECONDS", default_value_t = YEAR)]
    keep: u64,
}

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// What the caller may do: entries:read, screenings:write, … Separate several by blanks or commas.
    #[arg(long, required = true, value_delimiter = ',', value_parser = scopes)]
    scope: Vec<Scopes>,
    /// Name of the calling system or person, for the audit trail.
    #[arg(long, value_name = "NAME")]
    sub: String,
    /// Seconds for which it is valid.
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600, value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    ttl: u64,
}

#[derive(Clone)]
struct Scopes(Vec<Scope>);

fn scopes(text: &str) -> Result<Scopes, UnknownScope> {
    text.split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map(Scopes)
}

pub(super) fn run(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Issue(args) => issue(args, terminal),
        Command::Rotate(args) => rotate(&args, terminal),
    }
}

fn rotate(args: &RotateArgs, terminal: &Terminal) -> Outcome {
    let now = jsonwebtoken::get_current_timestamp();
    let key = args
        .node
        .folder()
        .rotate_access_key(now, now.saturating_add(args.keep))?;
    terminal.note("rotated", &[("key", key.id().to_string())]);
    Ok(ExitCode::SUCCESS)
}

fn issue(args: Args, terminal: &Terminal) -> Outcome {
    let scopes: Vec<_> = args.scope.into_iter().flat_map(|scopes| scopes.0).collect();
    // Such a token is refused at every door, where nobody would look for the reason here.
    if args.sub.trim().is_empty() {
        return Err(Fault::new("no_subject"));
    }
    if scopes.is_empty() {
        return Err(Fault::new("no_scope"));
    }
    let config = args.node.config()?;
    let secrets = args.node.folder().secrets()?;
    let issuer = Issuer::new(config.node.id, &secrets.access);
    let now = jsonwebtoken::get_current_timestamp();
    let token = issuer
        .issue(
            &args.sub,
            &scopes.into_iter().collect(),
            Duration::from_secs(args.ttl),
            now,
        )
        .map_err(Fault::plain)?;
    terminal.line(&token);
    Ok(ExitCode::SUCCESS)
}
