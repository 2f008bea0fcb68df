use std::io::Read as _;
use std::process::ExitCode;

use lianfang_identifier::{InputKind, Region};
use lianfang_wire::names::{RankNames, RankedName};

use super::LIMIT;
use crate::cli::node::NodeArgs;
use crate::cli::{Fault, Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// `legal_name_cn`, `legal_name_en` or `brand`.
    #[arg(value_name = "KIND")]
    kind: InputKind,
    /// `-`: the name is read from standard input, so that it is in no list of processes.
    #[arg(value_name = "-", value_parser = ["-"])]
    _input: String,
    /// Country of values that don't name one.
    #[arg(long, value_name = "CC")]
    region: Option<Region>,
    /// One JSON document per name.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let mut text = String::new();
    std::io::stdin()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(Fault::plain)?;
    let asked = RankNames {
        kind: args.kind.to_string(),
        value: text.trim_end_matches(['\n', '\r']).to_owned(),
        region: args.region.map(String::from),
    };
    let ranked = args.node.client()?.rank_names(&asked).await?;
    for name in &ranked {
        if args.json {
            terminal.json(name);
        } else {
            terminal.line(&line(name, terminal));
        }
    }
    if ranked.is_empty() {
        terminal.note("no_names", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

fn line(name: &RankedName, terminal: &Terminal) -> String {
    let form = if name.same_form { "word.yes" } else { "word.no" };
    terminal.say(
        "line.ranked",
        &[
            ("score", name.score.to_string()),
            ("entry", name.entry.to_string()),
            ("kind", name.kind.clone()),
            ("role", name.role.to_string()),
            ("state", name.state.to_string()),
            ("core", name.core.to_string()),
            ("parts", name.parts.to_string()),
            ("form", terminal.say(form, &[])),
        ],
    )
}
