use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::loading::Loaded;
use crate::cli::Terminal;

impl Loaded {
    /// Says how a file ended, under `key` of the catalogue.
    pub(in crate::cli) fn tell(&self, key: &str, file: &Path, terminal: &Terminal) {
        if self.done_before {
            terminal.note("done_before", &[("file", file.display().to_string())]);
        }
        let with = [
            ("added", self.tally.added.to_string()),
            ("present", self.tally.present.to_string()),
            ("incomplete", self.tally.incomplete.to_string()),
            ("rejected", self.tally.rejected.to_string()),
            ("skipped", self.tally.skipped.to_string()),
        ];
        terminal.note(key, &with);
        if self.tally.completed > 0 {
            terminal.note("completed", &[("count", self.tally.completed.to_string())]);
        }
        if self.tally.local > 0 {
            let key = match self.done_before {
                true => "stayed_here",
                false => "stay_here",
            };
            terminal.note(key, &[("count", self.tally.local.to_string())]);
        }
        if self.tally.ignored > 0 {
            terminal.note("ignored", &[("count", self.tally.ignored.to_string())]);
        }
        if self.tally.skipped > 0 {
            terminal.note("unknown_kinds", &[]);
        }
        if let Some(rejects) = &self.rejects {
            terminal.note("rejects", &[("file", rejects.display().to_string())]);
        }
    }

    /// The exit code, after everything that is to be said. `strict`: a row that was left out fails the run.
    pub(in crate::cli) fn conclude(
        &self,
        key: &str,
        file: &Path,
        strict: bool,
        json: bool,
        terminal: &Terminal,
    ) -> ExitCode {
        self.tell(key, file, terminal);
        if json {
            terminal.json(&self.summary(file));
        }
        if strict && self.has_left_out() {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }

    /// Whether something that the file says wasn't taken, beside what is passed over on purpose.
    pub(in crate::cli) fn has_left_out(&self) -> bool {
        self.tally.rejected + self.tally.skipped > 0
    }

    /// The same for machines. Counts are of the whole file, over every run that it took; what an earlier run took to its end is
    /// present, and how much of that is local now isn't known.
    pub(in crate::cli) fn summary(&self, file: &Path) -> Value {
        json!({
            "file": file.display().to_string(),
            "sha256": self.hash.map(hex::encode),
            "added": self.tally.added,
            "present": self.tally.present,
            "incomplete": self.tally.incomplete,
            "completed": self.tally.completed,
            "local": (!self.done_before).then_some(self.tally.local),
            "rejected": self.tally.rejected,
            "skipped": self.tally.skipped,
            "ignored": self.tally.ignored,
            "resumed_after_line": self.resumed_after,
            "done_before": self.done_before,
            "rejects": self.rejects.as_ref().map(|path| path.display().to_string()),
        })
    }
}
