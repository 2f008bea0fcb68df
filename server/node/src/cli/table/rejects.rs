use std::fs::File;
use std::path::{Path, PathBuf};

use crate::cli::{Fault, Terminal};

/// `<file>.rejects.csv` with line and reason, made with the first line that is left out. Holds no values.
pub(in crate::cli) struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<File>>,
}

impl Rejects {
    /// Beside the file that is imported; what an earlier run left there is replaced.
    pub(in crate::cli) fn beside(file: &Path) -> Self {
        let mut name = file.as_os_str().to_owned();
        name.push(".rejects.csv");
        Self {
            path: PathBuf::from(name),
            writer: None,
        }
    }

    /// Says where they are, when there are any.
    pub(in crate::cli) fn tell(&self, terminal: &Terminal) {
        if self.writer.is_some() {
            terminal.note("rejects", &[("file", self.path.display().to_string())]);
        }
    }

    pub(in crate::cli) fn add(&mut self, line: u64, reason: &str) -> Result<(), Fault> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(create(&self.path)?),
        };
        writer
            .write_record([&line.to_string(), reason])
            .map_err(Fault::plain)
    }

    pub(in crate::cli) fn close(&mut self) -> Result<(), Fault> {
        self.writer
            .as_mut()
            .map_or(Ok(()), |writer| writer.flush().map_err(Fault::plain))
    }
}

fn create(path: &Path) -> Result<csv::Writer<File>, Fault> {
    let mut writer = csv::Writer::from_path(path).map_err(Fault::plain)?;
    writer.write_record(["line", "reason"]).map_err(Fault::plain)?;
    Ok(writer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_there_only_when_a_line_was_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let mut rejects = Rejects::beside(&folder.path().join("sellers.csv"));
        rejects.close().unwrap();
        assert!(!rejects.path.exists());
        rejects.add(7, "check_digit").unwrap();
        rejects.close().unwrap();
        let written = std::fs::read_to_string(folder.path().join("sellers.csv.rejects.csv")).unwrap();
        assert_eq!(written, "line,reason\n7,check_digit\n");
    }
}
