//! What is wrong with a command line. clap says it in English, the catalogue in other languages.

use std::error::Error as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};

use super::printable::printable;
use super::terminal::unheard;
use super::{Lang, Messages, Terminal};

/// Help to standard output, or what is wrong with a command line.
pub(super) fn usage(error: &clap::Error, terminal: &Terminal) -> ExitCode {
    if error.use_stderr() {
        // Nobody is left to tell when the terminal has gone.
        let _ = match told(error, terminal.messages()) {
            Some(text) => write!(io::stderr().lock(), "{}", printable(&text)),
            None => error.print(),
        };
        return ExitCode::from(2);
    }
    match error.print() {
        Err(lost) if lost.kind() != io::ErrorKind::BrokenPipe => {
            terminal.fault(&unheard(&lost));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// In the language of the catalogue; none where clap has to say it itself.
fn told(error: &clap::Error, messages: &Messages) -> Option<String> {
    if messages.lang() == Lang::En {
        return None;
    }
    let mut text = format!("lianfang: {}\n", cause(error, messages)?);
    let listed = [
        ("words", ContextKind::ValidValue),
        ("similar", ContextKind::SuggestedArg),
        ("similar", ContextKind::SuggestedSubcommand),
        ("similar", ContextKind::SuggestedValue),
    ];
    for (key, kind) in listed {
        let words = context(error, kind);
        if !words.is_empty() {
            text.push_str(&messages.say(&format!("usage.{key}"), &[("words", words)]));
            text.push('\n');
        }
    }
    let usage = context(error, ContextKind::Usage);
    if let Some(usage) = usage.strip_prefix("Usage: ") {
        text.push_str(&format!("\n{}{usage}\n", messages.say("usage.usage", &[])));
    }
    text.push_str(&format!("\n{}\n", messages.say("usage.more", &[])));
    Some(text)
}

fn cause(error: &clap::Error, messages: &Messages) -> Option<String> {
    let named = |name, kind| (name, context(error, kind));
    let argument = || named("argument", ContextKind::InvalidArg);
    let value = || named("value", ContextKind::InvalidValue);
    let (key, with) = match error.kind() {
        ErrorKind::UnknownArgument => ("unknown", vec![argument()]),
        ErrorKind::InvalidSubcommand => (
            "unknown_command",
            vec![named("command", ContextKind::InvalidSubcommand)],
        ),
        ErrorKind::MissingRequiredArgument => ("missing", vec![named("arguments", ContextKind::InvalidArg)]),
        ErrorKind::MissingSubcommand => (
            "missing_command",
            vec![named("words", ContextKind::ValidSubcommand)],
        ),
        ErrorKind::ArgumentConflict => (
            "conflict",
            vec![argument(), named("others", ContextKind::PriorArg)],
        ),
        ErrorKind::InvalidValue if value().1.is_empty() => ("no_value", vec![argument()]),
        ErrorKind::InvalidValue => ("wrong_value", vec![argument(), value()]),
        ErrorKind::ValueValidation => {
            let reason = error.source().map(ToString::to_string);
            (
                "because",
                vec![argument(), value(), ("reason", reason.unwrap_or_default())],
            )
        }
        _ => return None,
    };
    Some(messages.say(&format!("usage.{key}"), &with))
}

fn context(error: &clap::Error, kind: ContextKind) -> String {
    error.get(kind).map(ToString::to_string).unwrap_or_default()
}
