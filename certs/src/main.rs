//! `lianfang-certs`: the federation's certificates from the command line, thin over the library.

mod command;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match command::Command::parse().run() {
        Ok(lines) => print(&lines),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "lianfang-certs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(lines: &str) -> ExitCode {
    match std::io::stdout().write_all(lines.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
