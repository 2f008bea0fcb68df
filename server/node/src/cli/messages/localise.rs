//! The command line as the catalogue describes it; what the catalogue doesn't say stays as it is.

use clap::{Arg, ArgAction, Command};

use super::Messages;

impl Messages {
    /// The command line with descriptions in this language.
    pub fn localise(&self, command: Command) -> Command {
        self.localised(command, "")
    }

    /// What an argument of a command is, which for one that many commands have is said once. `after` is what is said below
    /// all of them.
    pub fn argument(&self, path: &str, name: &str) -> Option<&str> {
        self.help(&format!("{path}.{name}"))
            .or_else(|| self.help(&format!("any.{name}")))
    }

    fn localised(&self, command: Command, path: &str) -> Command {
        let command = command.mut_args(|arg| match self.argument(path, name_of(&arg)) {
            Some(text) => arg.help(text.to_owned()),
            None => arg,
        });
        let after = command
            .get_after_help()
            .and_then(|_| self.argument(path, "after"));
        let command = match after.map(str::to_owned) {
            Some(text) => command.after_help(text),
            None => command,
        };
        let names: Vec<_> = command
            .get_subcommands()
            .map(|sub| sub.get_name().to_owned())
            .collect();
        let command = names.into_iter().fold(command, |command, name| {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            command.mut_subcommand(name, |sub| {
                let sub = match self.help(&path) {
                    Some(text) => sub.about(text.to_owned()),
                    None => sub,
                };
                self.localised(sub, &path)
            })
        });
        self.headed(command)
    }

    /// Its parts under headings of this language.
    fn headed(&self, command: Command) -> Command {
        let heading = |name: &str| self.texts.get(&format!("usage.{name}")).cloned();
        let parts = (
            heading("usage"),
            heading("arguments"),
            heading("options"),
            heading("commands"),
        );
        let (Some(usage), Some(arguments), Some(options), Some(commands)) = parts else {
            return command;
        };
        let template =
            format!("{{before-help}}{{about-with-newline}}\n{usage}{{usage}}\n\n{{all-args}}{{after-help}}");
        command
            .help_template(template)
            .subcommand_help_heading(commands)
            .version(env!("CARGO_PKG_VERSION"))
            .disable_help_flag(true)
            .disable_version_flag(true)
            .arg(self.flag("help", 'h', ArgAction::Help))
            .arg(self.flag("version", 'V', ArgAction::Version))
            .mut_args(|arg| {
                let heading = if arg.is_positional() { &arguments } else { &options };
                arg.help_heading(heading.clone())
            })
    }

    fn flag(&self, name: &'static str, short: char, action: ArgAction) -> Arg {
        let text = self.argument("", name).unwrap_or_default().to_owned();
        Arg::new(name).short(short).long(name).action(action).help(text)
    }
}

/// How the catalogue calls an argument: as it is typed.
pub(in crate::cli) fn name_of(arg: &Arg) -> &str {
    arg.get_long().unwrap_or(arg.get_id().as_str())
}
