use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_domain::Clock as _;
use serde::Serialize;

use super::{Fault, Outcome, Terminal};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::doctor::{Finding, State, examine};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Configuration of the node.
    #[arg(long, value_name = "FILE", default_value = crate::config::FILE)]
    config: PathBuf,
    /// A list of JSON documents instead of lines.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    state: State,
    code: &'static str,
    finding: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

/// Ends with 0 when all is well, else with 1.
pub(super) fn run(args: &Args, terminal: &Terminal) -> Outcome {
    let findings = match Config::load(&args.config) {
        Ok(config) => examine(&config, SystemClock.now()),
        Err(error) => {
            let reason = Fault::from(error).text(terminal.messages());
            vec![Finding::wrong("config_broken").with("reason", reason)]
        }
    };
    let lines: Vec<_> = findings.iter().map(|finding| line(finding, terminal)).collect();
    if args.json {
        terminal.pretty(&lines);
    } else {
        lines.iter().for_each(|line| terminal.line(&text(line, terminal)));
    }
    let well = findings.iter().all(|finding| finding.state == State::Fine);
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn line(finding: &Finding, terminal: &Terminal) -> Line {
    let say = |section: &str| terminal.say(&format!("{section}.{}", finding.code), &finding.with);
    Line {
        state: finding.state,
        code: finding.code,
        finding: say("doctor"),
        advice: (finding.state != State::Fine).then(|| say("advice")),
    }
}

fn text(line: &Line, terminal: &Terminal) -> String {
    let state = match line.state {
        State::Fine => "state.fine",
        State::Warning => "state.warning",
        State::Wrong => "state.wrong",
    };
    let state = terminal.say(state, &[]);
    match &line.advice {
        Some(advice) => format!("{state}\t{}\t{advice}", line.finding),
        None => format!("{state}\t{}", line.finding),
    }
}
