//! Rows of a file in bounded memory: where each begins and ends, and whether its quoting is sound. What its fields
//! are is `csv-core`'s business, which takes any quoting and any length.

use std::io::{self, Read};

/// Bytes of one row of a table or line of JSON. A longer one is passed over without being kept.
pub(super) const MAX_ROW: usize = 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// One row as it stands in the file, without its end of line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// Line of its first byte, from 1.
    pub(super) line: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) flaw: Option<Flaw>,
}

/// Why the fields of a row can't be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    /// Its bytes aren't kept.
    #[error("the line is longer than {MAX_ROW} bytes")]
    TooLong,
    #[error("a quote is opened and not closed; write a quote within quotes twice")]
    OpenQuote,
    #[error("there is text after a closing quote; write a quote within quotes twice")]
    AfterQuote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Bare,
    Quoted,
    /// After a quote within quotes: the field's end, or the first half of a doubled quote.
    Closing,
}

/// What a scan of the buffer came to.
enum Scan {
    /// A row ends at the first place; the next begins at the second.
    Row(usize, usize),
    Flawed(Flaw),
    More,
}

/// The rows of a source.
pub(super) struct Frames<R> {
    source: R,
    /// `None`: lines, in which quotes mean nothing.
    delimiter: Option<u8>,
    buffer: Vec<u8>,
    /// Where the next row begins in `buffer`, and how far it was scanned.
    start: usize,
    scanned: usize,
    state: State,
    line: u64,
    ended: bool,
}

impl<R: Read> Frames<R> {
    /// Lines of text.
    pub(super) fn lines(source: R) -> Self {
        Self {
            source,
            delimiter: None,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            state: State::FieldStart,
            line: 1,
            ended: false,
        }
    }

    /// From here on, rows of a table whose fields may hold line ends within quotes.
    pub(super) fn delimited_by(&mut self, delimiter: u8) {
        self.delimiter = Some(delimiter);
    }

    /// The next line with something in it, to be looked at before the rows are read; cut off when it is too long.
    pub(super) fn peek_line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let held = self.buffer.get(self.start..).unwrap_or_default();
            let end = held.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let line = held.get(..end.unwrap_or(held.len())).unwrap_or_default();
            match end {
                Some(end) if line.trim_ascii().is_empty() => self.pass(self.start + end + 1),
                None if !self.ended && held.len() < MAX_ROW => self.fill()?,
                _ => return Ok(line.to_vec()),
            }
        }
    }

    /// The next row that isn't empty; none at the end.
    pub(super) fn next_frame(&mut self) -> io::Result<Option<Frame>> {
        loop {
            match self.scan() {
                Scan::Row(end, next) if end - self.start > MAX_ROW => return Ok(Some(self.pass_row(next))),
                Scan::Row(end, next) => {
                    if let Some(frame) = self.take(end, next) {
                        return Ok(Some(frame));
                    }
                }
                Scan::Flawed(flaw) => return self.flawed(flaw).map(Some),
                Scan::More if self.buffer.len() - self.start > MAX_ROW => {
                    let flaw = match self.state {
                        State::Quoted => Flaw::OpenQuote,
                        _ => Flaw::TooLong,
                    };
                    return self.flawed(flaw).map(Some);
                }
                Scan::More if self.ended => {
                    let end = self.buffer.len();
                    return match self.state {
                        State::Quoted => self.flawed(Flaw::OpenQuote).map(Some),
                        _ => Ok(self.take(end, end)),
                    };
                }
                Scan::More => self.fill()?,
            }
        }
    }

    fn scan(&mut self) -> Scan {
        while let Some(byte) = self.buffer.get(self.scanned).copied() {
            let outside = self.state != State::Quoted;
            if outside && (byte == b'\n' || (byte == b'\r' && self.delimiter.is_some())) {
                return self.end_of_line(byte);
            }
            if let Some(delimiter) = self.delimiter {
                match next_state(self.state, byte, delimiter) {
                    Some(state) => self.state = state,
                    None => return Scan::Flawed(Flaw::AfterQuote),
                }
            }
            self.scanned += 1;
        }
        Scan::More
    }

    /// `\n`, `\r\n`, or `\r` alone as old spreadsheets write it.
    fn end_of_line(&self, byte: u8) -> Scan {
        let (end, after) = (self.scanned, self.scanned + 1);
        match (byte, self.buffer.get(after)) {
            (b'\r', Some(b'\n')) => Scan::Row(end, after + 1),
            (b'\r', None) if !self.ended => Scan::More,
            _ => Scan::Row(end, after),
        }
    }

    /// Takes a row out of the buffer; none when there is nothing in it.
    fn take(&mut self, end: usize, next: usize) -> Option<Frame> {
        let bytes = self.buffer.get(self.start..end).unwrap_or_default();
        let bytes = match self.delimiter {
            Some(_) => bytes,
            None => bytes.strip_suffix(b"\r").unwrap_or(bytes),
        };
        let frame = (!bytes.trim_ascii().is_empty()).then(|| Frame {
            line: self.line,
            bytes: bytes.to_vec(),
            flaw: None,
        });
        self.pass(next);
        frame
    }

    /// Passes over a row that is whole and too long.
    fn pass_row(&mut self, next: usize) -> Frame {
        let line = self.line;
        self.pass(next);
        Frame {
            line,
            bytes: Vec::new(),
            flaw: Some(Flaw::TooLong),
        }
    }

    /// Gives up the first line of a row alone: what follows may be sound again.
    fn flawed(&mut self, flaw: Flaw) -> io::Result<Frame> {
        let line = self.line;
        let end = loop {
            let held = self.buffer.get(self.start..).unwrap_or_default();
            match held.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(end) => break end,
                None if self.ended || held.len() > MAX_ROW => break held.len(),
                None => self.fill()?,
            }
        };
        let (bytes, flaw) = match end > MAX_ROW {
            true => (Vec::new(), Flaw::TooLong),
            false => {
                let held = self.buffer.get(self.start..self.start + end);
                (held.unwrap_or_default().to_vec(), flaw)
            }
        };
        self.pass_line()?;
        Ok(Frame {
            line,
            bytes,
            flaw: Some(flaw),
        })
    }

    /// Passes over the rest of a line, however long, without keeping it.
    fn pass_line(&mut self) -> io::Result<()> {
        loop {
            let held = self.buffer.get(self.start..).unwrap_or_default();
            if let Some(end) = held.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                if held.get(end) == Some(&b'\r') && held.get(end + 1).is_none() && !self.ended {
                    self.start += end;
                    self.fill()?;
                    continue;
                }
                let pair = held.get(end..end + 2) == Some(b"\r\n");
                self.pass(self.start + end + if pair { 2 } else { 1 });
                return Ok(());
            }
            self.start = self.buffer.len();
            if self.ended {
                self.pass(self.start);
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// The next row begins at `next`.
    fn pass(&mut self, next: usize) {
        let passed = self.buffer.get(self.start..next).unwrap_or_default();
        self.line += line_ends(passed, self.delimiter.is_some());
        (self.start, self.scanned, self.state) = (next, next, State::FieldStart);
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.scanned = self.scanned.saturating_sub(self.start);
        self.start = 0;
        let held = self.buffer.len();
        self.buffer.resize(held + CHUNK, 0);
        let read = loop {
            match self.source.read(self.buffer.get_mut(held..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(held + read.as_ref().map_or(0, |read| *read));
        self.ended = read? == 0;
        Ok(())
    }
}

fn next_state(state: State, byte: u8, delimiter: u8) -> Option<State> {
    Some(match (state, byte) {
        (State::Quoted, b'"') => State::Closing,
        (State::Quoted, _) | (State::Closing, b'"') => State::Quoted,
        (_, byte) if byte == delimiter => State::FieldStart,
        (State::FieldStart, b'"') => State::Quoted,
        (State::Closing, b' ') => State::Closing,
        (State::Closing, _) => return None,
        (State::FieldStart | State::Bare, _) => State::Bare,
    })
}

/// How many lines end in `bytes`; `\r\n` ends one.
fn line_ends(bytes: &[u8], lone_returns: bool) -> u64 {
    let mut ends = 0;
    for (place, byte) in bytes.iter().enumerate() {
        let lone = lone_returns && *byte == b'\r' && bytes.get(place + 1) != Some(&b'\n');
        ends += u64::from(*byte == b'\n' || lone);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &[u8]) -> Vec<(u64, String, Option<Flaw>)> {
        let mut frames = Frames::lines(text);
        frames.delimited_by(b',');
        let mut seen = Vec::new();
        while let Some(frame) = frames.next_frame().unwrap() {
            seen.push((
                frame.line,
                String::from_utf8_lossy(&frame.bytes).into_owned(),
                frame.flaw,
            ));
        }
        seen
    }

    fn fine(line: u64, text: &str) -> (u64, String, Option<Flaw>) {
        (line, text.to_owned(), None)
    }

    #[test]
    fn rows_end_at_every_kind_of_line_end_outside_quotes() {
        let seen = frames(b"a,b\r\nc,\"d\r\ne\"\n\n\rf\rg");
        assert_eq!(
            seen,
            [
                fine(1, "a,b"),
                fine(2, "c,\"d\r\ne\""),
                fine(6, "f"),
                fine(7, "g")
            ]
        );
    }

    #[test]
    fn an_open_quote_costs_its_own_line_and_no_other() {
        let seen = frames(b"1,\"open\n2,b\n3,c\n");
        assert_eq!(
            seen,
            [
                (1, "1,\"open".to_owned(), Some(Flaw::OpenQuote)),
                fine(2, "2,b"),
                fine(3, "3,c")
            ]
        );
        let seen = frames(b"1,\"open\n2,\"whole\"\n3,c\n");
        assert_eq!(
            seen,
            [
                (1, "1,\"open".to_owned(), Some(Flaw::AfterQuote)),
                fine(2, "2,\"whole\""),
                fine(3, "3,c")
            ]
        );
    }

    #[test]
    fn a_quote_within_a_bare_field_is_a_character() {
        assert_eq!(
            frames(b"5\" disc,\"a \"\"b\"\"\" ,c\n"),
            [fine(1, "5\" disc,\"a \"\"b\"\"\" ,c")]
        );
    }

    #[test]
    fn a_line_without_end_is_passed_over_and_the_next_one_is_read() {
        for opening in ["x", "x,\""] {
            let long = format!("a,b\n{opening}{}\r\nc,d\n", "y".repeat(3 * MAX_ROW));
            let seen = frames(long.as_bytes());
            assert_eq!(
                seen,
                [
                    fine(1, "a,b"),
                    (2, String::new(), Some(Flaw::TooLong)),
                    fine(3, "c,d")
                ]
            );
        }
    }

    #[test]
    fn the_longest_row_is_taken_and_one_byte_more_is_not() {
        let row = "x".repeat(MAX_ROW);
        assert_eq!(frames(row.as_bytes()), [fine(1, &row)]);
        assert_eq!(frames(format!("{row}x\n").as_bytes())[0].2, Some(Flaw::TooLong));
    }

    #[test]
    fn lines_of_json_may_hold_any_quotes_and_returns() {
        let mut frames = Frames::lines(b"{\"a\n\r\nb\rc\r\n".as_slice());
        let mut seen = Vec::new();
        while let Some(frame) = frames.next_frame().unwrap() {
            seen.push((frame.line, frame.bytes));
        }
        assert_eq!(seen, [(1, b"{\"a".to_vec()), (3, b"b\rc".to_vec())]);
    }

    /// One byte at a time, as a slow pipe gives them.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            self.0 = rest;
            into[0] = *first;
            Ok(1)
        }
    }

    proptest::proptest! {
        #[test]
        fn how_a_source_hands_out_its_bytes_changes_nothing(text in "[a,\"\r\n ]{0,60}") {
            let mut slow = Frames::lines(Slow(text.as_bytes()));
            slow.delimited_by(b',');
            let mut seen = Vec::new();
            while let Some(frame) = slow.next_frame().unwrap() {
                seen.push((frame.line, String::from_utf8(frame.bytes).unwrap(), frame.flaw));
            }
            proptest::prop_assert_eq!(seen, frames(text.as_bytes()));
        }
    }
}
