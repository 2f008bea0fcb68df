use std::io::{self, Write as _};
use std::sync::OnceLock;

use serde::Serialize;

use super::printable::{escaped, printable};
use super::{Fault, Messages};

/// Where a command speaks: results to standard output, everything else to standard error. Part of what is said comes
/// from others, and nothing of it reaches the terminal that would steer it.
pub struct Terminal {
    messages: Messages,
    /// Why a result didn't reach standard output.
    lost: OnceLock<io::Error>,
}

impl Terminal {
    /// A terminal that speaks the catalogue's language.
    pub fn new(messages: Messages) -> Self {
        Self {
            messages,
            lost: OnceLock::new(),
        }
    }

    /// The catalogue.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// One line of result.
    pub fn line(&self, text: &str) {
        if let Err(error) = to_standard(format!("{}\n", printable(text)).as_bytes()) {
            let _ = self.lost.set(error);
        }
    }

    /// Whether every result so far has reached standard output.
    ///
    /// # Errors
    /// What the system said of the first that didn't.
    pub fn heard(&self) -> Result<(), Fault> {
        match self.lost.get() {
            Some(error) => Err(unheard(error)),
            None => Ok(()),
        }
    }

    /// A document as result, on one line.
    pub fn json(&self, document: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(document) {
            self.line(&escaped(&text));
        }
    }

    /// A summary for machines: the result, or beside one that is on standard output already.
    pub fn summary(&self, document: &impl Serialize, is_result: bool) {
        if is_result {
            self.json(document);
        } else if let Ok(text) = serde_json::to_string(document) {
            let _ = writeln!(io::stderr().lock(), "{}", escaped(&text));
        }
    }

    /// A document as result, for people to read.
    pub fn pretty(&self, document: &impl Serialize) {
        if let Ok(text) = serde_json::to_string_pretty(document) {
            self.line(&escaped(&text));
        }
    }

    /// A sentence of the catalogue to standard error.
    pub fn note(&self, key: &str, with: &[(&'static str, String)]) {
        let text = self.messages.say(&format!("note.{key}"), with);
        let _ = writeln!(io::stderr().lock(), "{}", printable(&text));
    }

    /// A word or sentence of the catalogue.
    pub fn say(&self, key: &str, with: &[(&'static str, String)]) -> String {
        self.messages.say(key, with)
    }

    /// Why the command failed.
    pub fn fault(&self, fault: &Fault) {
        let text = fault.text(&self.messages);
        let _ = writeln!(io::stderr().lock(), "lianfang: {}", printable(&text));
    }
}

/// Writes to standard output. A reader that has gone (`| head`) ends nothing; a full disk is no reader.
pub(super) fn to_standard(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// That results are lost.
pub(super) fn unheard(error: &io::Error) -> Fault {
    Fault::new("standard_output").with("reason", error)
}
