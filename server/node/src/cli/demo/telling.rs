use std::time::Instant;

use super::super::Terminal;

/// Prints the story, one line per thing that was seen to hold.
pub(super) struct Telling<'a> {
    terminal: &'a Terminal,
    began: Instant,
}

impl<'a> Telling<'a> {
    pub(super) fn new(terminal: &'a Terminal) -> Self {
        Self {
            terminal,
            began: Instant::now(),
        }
    }

    /// A step of the story begins.
    pub(super) fn step(&self, number: u8, key: &str) {
        self.terminal.line(&format!(
            "[{number}] {}",
            self.terminal.say(&format!("demo.{key}"), &[])
        ));
    }

    /// Something was seen to hold.
    pub(super) fn seen(&self, key: &str, with: &[(&'static str, String)]) {
        self.terminal.line(&format!(
            "    ✓ {}",
            self.terminal.say(&format!("demo.{key}"), with)
        ));
    }

    pub(super) fn end(&self) {
        let seconds = self.began.elapsed().as_secs().to_string();
        self.terminal
            .line(&self.terminal.say("demo.end", &[("seconds", seconds)]));
    }
}
