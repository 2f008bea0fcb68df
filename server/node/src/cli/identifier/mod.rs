mod rank;

use std::io::{self, BufWriter, Read as _};
use std::process::ExitCode;

use clap::Subcommand;
use lianfang_identifier::{
    InputKind, Language, Region, canonical_jsonl, canonicalise, explain_text, kinds_text,
};

use super::{Fault, Lang, Outcome, Terminal, with_runtime};

/// Longer than any identifier.
const LIMIT: u64 = 64 * 1024;

#[derive(Subcommand)]
pub(super) enum Command {
    /// CSV `kind,value` without header from standard input, one JSON line each, in order.
    Canonical(Canonicalise),
    /// The table of kinds, with the test identifiers that every node answers in the same way.
    Kinds,
    /// Each step from raw to canonical, for one value from standard input.
    Explain(Explain),
    /// Names in this node's own entries that resemble one from standard input, with what that rests on.
    Rank(rank::Args),
}

#[derive(clap::Args)]
pub(super) struct Canonicalise {
    /// Country of values that don't name one.
    #[arg(long, value_name = "CC")]
    region: Option<Region>,
}

#[derive(clap::Args)]
pub(super) struct Explain {
    /// A kind of `lianfang identifier kinds`.
    #[arg(value_name = "KIND")]
    kind: InputKind,
    /// `-`: the value is read from standard input, so that it is in no list of processes.
    #[arg(value_name = "-", value_parser = ["-"])]
    _input: String,
    /// Country of values that don't name one.
    #[arg(long, value_name = "CC")]
    region: Option<Region>,
}

pub(super) fn run(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Canonical(args) => {
            let (input, output) = (io::stdin().lock(), BufWriter::new(io::stdout().lock()));
            match canonical_jsonl(input, output, args.region) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(Fault::plain(error)),
                _ => {}
            }
        }
        Command::Kinds => terminal.line(kinds_text(language(terminal)).trim_end()),
        Command::Explain(args) => return steps(&args, terminal),
        Command::Rank(args) => return with_runtime(rank::run(args, terminal)),
    }
    Ok(ExitCode::SUCCESS)
}

fn steps(args: &Explain, terminal: &Terminal) -> Outcome {
    let mut text = String::new();
    io::stdin()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(Fault::plain)?;
    let value = text.trim_end_matches(['\n', '\r']);
    terminal.line(explain_text(args.kind, value, args.region, language(terminal)).trim_end());
    let accepted = canonicalise(args.kind, value, args.region).is_ok();
    Ok(if accepted {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn language(terminal: &Terminal) -> Language {
    match terminal.messages().lang() {
        Lang::En => Language::English,
        Lang::Zh => Language::Chinese,
    }
}
