use std::io::{self, BufWriter, Read as _};
use std::process::ExitCode;

use clap::Subcommand;
use lianfang_identifier::{
    Canonical, InputKind, KindInfo, Level, Region, canonical_jsonl, explain, kinds, reserved_tests,
};

use super::{Fault, Lang, Outcome, Terminal};

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
        Command::Kinds => kinds().for_each(|kind| describe(kind, terminal)),
        Command::Explain(args) => return steps(&args, terminal),
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(info: &KindInfo, terminal: &Terminal) {
    let levels: Vec<_> = info.levels.iter().map(|level| level.name()).collect();
    terminal.line(&format!(
        "{}\t{}\t{}\t{}\t{}",
        info.kind,
        info.class,
        info.strength.name(),
        levels.join("+"),
        info.form
    ));
    for (outcome, value) in reserved_tests(info.kind) {
        terminal.line(&format!("\ttest:{}\t{value}", outcome.name()));
    }
}

fn steps(args: &Explain, terminal: &Terminal) -> Outcome {
    let mut text = String::new();
    io::stdin()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(Fault::plain)?;
    let (steps, forms) = explain(args.kind, text.trim_end_matches(['\n', '\r']), args.region);
    for step in steps {
        terminal.line(&format!("{}\t{}", step.rule, step.text));
    }
    match forms {
        Ok(forms) => {
            forms.iter().for_each(|form| result(form, terminal));
            Ok(ExitCode::SUCCESS)
        }
        Err(reject) => {
            let words = match terminal.messages().lang() {
                Lang::En => reject.english(),
                Lang::Zh => reject.chinese(),
            };
            terminal.line(&format!("= {}\t{words}", reject.code()));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn result(form: &Canonical, terminal: &Terminal) {
    let level = if form.level == Level::Strict {
        "strict"
    } else {
        "folded"
    };
    terminal.line(&format!("= {}\t{level}\t{}", form.kind, form.value));
}
