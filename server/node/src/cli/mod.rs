//! The command `lianfang`. Commands that concern a running node go through its operator socket; the others
//! work on the data folder or on standard input alone.

mod alerts;
mod backup;
mod budget;
mod data_key;
mod demo;
mod doctor;
mod entry;
mod explain;
mod fault;
mod federation;
mod identifier;
mod init;
mod messages;
mod migrate;
#[cfg(test)]
mod named;
mod node;
mod peers;
mod printable;
mod restore;
mod roster;
mod screen;
mod serve;
mod sync;
pub mod table;
mod terminal;
mod token;
mod usage;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use fault::Fault;
pub use messages::{Lang, Messages};
pub use terminal::Terminal;

/// What a command answers: the exit code, or why it failed.
pub type Outcome = Result<ExitCode, Fault>;

/// Lianfang 联防: closes a counterfeiter everywhere once one marketplace has closed it.
#[derive(Parser)]
#[command(name = "lianfang", version, propagate_version = true)]
struct Cli {
    /// Language of messages: en or zh. Taken from LANG when absent.
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a data folder: keys, certificate request, sample configuration.
    Init(init::Args),
    /// Run the node.
    Serve(serve::Args),
    /// Found a federation, invite, join, approve, remove, extend, certificates, look.
    #[command(subcommand)]
    Federation(federation::Command),
    /// Record, export, show and withdraw entries.
    #[command(subcommand)]
    Entry(entry::Command),
    /// Screen one value, or a file of sellers.
    Screen(screen::Args),
    /// Sellers and products that trade already and are watched.
    #[command(subcommand)]
    Roster(roster::Command),
    /// What was found about them: list, and note what was decided.
    Alerts(alerts::Args),
    /// The other members: freshness, last error, brake.
    Peers(peers::Args),
    /// What members may have evaluated here, as a member of the token committee.
    #[command(subcommand)]
    Budget(budget::Command),
    /// Fetch now what peers have.
    Sync(sync::Args),
    /// Why something was, or wasn't, sent or matched.
    Explain(explain::Args),
    /// Canonical forms of identifiers.
    #[command(subcommand)]
    Identifier(identifier::Command),
    /// Tokens for callers of the platform door.
    #[command(subcommand)]
    Token(token::Command),
    /// The key that everything at rest is sealed under.
    #[command(subcommand)]
    DataKey(data_key::Command),
    /// Copy a node, running or not, into a file.
    Backup(backup::Args),
    /// Restore such a copy into an empty data folder and database.
    Restore(restore::Args),
    /// Bring the database's schema up to date.
    Migrate(migrate::Args),
    /// Look a node over, whether it runs or not: what is wrong, and advice.
    Doctor(doctor::Args),
    /// A real federation on loopback tells the story of a counterfeiter.
    Demo(demo::Args),
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let lang = Lang::of_process(std::env::args_os());
    let terminal = Terminal::new(Messages::of(lang));
    let command = terminal.messages().localise(Cli::command());
    let cli = match command
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches))
    {
        Ok(cli) => cli,
        Err(error) => return usage::usage(&error, &terminal),
    };
    let outcome = dispatch(cli.command, &terminal);
    match outcome.and_then(|code| terminal.heard().map(|()| code)) {
        Ok(code) => code,
        Err(fault) => {
            terminal.fault(&fault);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Identifier(command) => identifier::run(command, terminal),
        Command::Init(args) => init::run(args, terminal),
        Command::Token(command) => token::run(command, terminal),
        Command::Backup(args) => backup::run(&args, terminal),
        Command::Restore(args) => restore::run(args, terminal),
        Command::Migrate(args) => migrate::run(&args, terminal),
        Command::Doctor(args) => doctor::run(&args, terminal),
        Command::Serve(args) => with_runtime(serve::run(args, terminal)),
        Command::Federation(command) => with_runtime(federation::run(command, terminal)),
        Command::Entry(command) => with_runtime(entry::run(command, terminal)),
        Command::Screen(args) => with_runtime(screen::run(args, terminal)),
        Command::Roster(command) => with_runtime(roster::run(command, terminal)),
        Command::Alerts(args) => with_runtime(alerts::run(args, terminal)),
        Command::Peers(args) => with_runtime(peers::run(args, terminal)),
        Command::Budget(command) => with_runtime(budget::run(command, terminal)),
        Command::Explain(args) => with_runtime(explain::run(args, terminal)),
        Command::DataKey(command) => with_runtime(data_key::run(command, terminal)),
        Command::Sync(args) => with_runtime(sync::run(args, terminal)),
        Command::Demo(args) => with_runtime(demo::run(args, terminal)),
    }
}

fn with_runtime(work: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::new("runtime").with("reason", error))?;
    runtime.block_on(work)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_definition_of_the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_is_described_in_chinese_and_nothing_else_is() {
        let zh = Messages::of(Lang::Zh);
        let mut missing = Vec::new();
        let mut used: BTreeSet<_> = ["any.help".to_owned(), "any.version".to_owned()].into();
        visit(&Cli::command(), "", &mut |command, path| {
            if !path.is_empty() && zh.help(path).is_none() {
                missing.push(path.to_owned());
            }
            used.insert(path.to_owned());
            let after = command.get_after_help().map(|_| "after");
            for name in command.get_arguments().map(messages::name_of).chain(after) {
                let own = format!("{path}.{name}");
                if zh.argument(path, name).is_none() {
                    missing.push(own.clone());
                }
                used.extend([own, format!("any.{name}")]);
            }
        });
        assert!(missing.is_empty(), "{missing:?}");
        let idle: Vec<_> = zh.described().filter(|key| !used.contains(*key)).collect();
        assert!(idle.is_empty(), "{idle:?}");
    }

    #[test]
    fn the_command_line_is_consistent_in_chinese_and_all_its_help_is() {
        let command = Messages::of(Lang::Zh).localise(Cli::command());
        command.clone().debug_assert();
        visit(&command, "", &mut |command, path| {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("用法："), "{path}: {help}");
            for english in ["Usage:", "Options:", "Arguments:", "Commands:", "Print help"] {
                assert!(!help.contains(english), "{path}: {help}");
            }
        });
    }

    /// Commands that stand alone and have others below them, too.
    #[test]
    fn the_data_folder_may_be_named_before_a_subcommand_and_behind_it() {
        const ALERT: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
        let resolve = format!("resolve {ALERT} --outcome acted --reviewer r --reason r");
        let lines = [
            ("peers", "release platform-a --reason r"),
            ("peers", "forks platform-a"),
            ("alerts", &resolve),
        ];
        for (command, sub) in lines {
            for line in [
                format!("lianfang {command} --data /there {sub}"),
                format!("lianfang {command} {sub} --data /there"),
            ] {
                let matches = Cli::command().try_get_matches_from(line.split(' '));
                let cli = Cli::from_arg_matches(&matches.unwrap()).unwrap();
                let node = match cli.command {
                    Command::Peers(args) => args.node,
                    Command::Alerts(args) => args.node,
                    _ => unreachable!(),
                };
                assert_eq!(node.data.to_str(), Some("/there"), "{line}");
            }
        }
    }

    fn visit(command: &clap::Command, path: &str, see: &mut impl FnMut(&clap::Command, &str)) {
        see(command, path);
        for sub in command.get_subcommands() {
            let name = sub.get_name();
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            visit(sub, &path, see);
        }
    }
}
