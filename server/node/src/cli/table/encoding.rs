//! What the bytes of a file mean: a byte order mark says it, or the operator, else valid UTF-8 is UTF-8, and what is
//! throughout valid GB18030 (GBK and GB 2312 are parts of it) is that.

use std::io::{self, Cursor, Read};

use encoding_rs::{Decoder, Encoding, GB18030, UTF_8};

const CHUNK: usize = 64 * 1024;

/// A byte stream with what it begins with already looked at.
pub(super) type Again<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// How a file is encoded, and whether that is a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) encoding: &'static Encoding,
    pub(super) guessed: bool,
}

/// Reads how `source` begins, up to 64 KiB, and gives it back whole.
pub(super) fn begin<R: Read>(mut source: R) -> io::Result<(Vec<u8>, Again<R>)> {
    let mut head = Vec::new();
    source.by_ref().take(CHUNK as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(source)))
}

/// The encoding of a file whose lines `judge` has seen. Mixed lines count by majority, so that one damaged line
/// doesn't turn a UTF-8 file into something else.
pub(super) fn decide(
    head: &[u8],
    declared: Option<&'static Encoding>,
    judge: &Judge,
    is_gb18030: impl FnOnce() -> io::Result<bool>,
) -> io::Result<Verdict> {
    let known = |encoding| Verdict {
        encoding,
        guessed: false,
    };
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(known(encoding));
    }
    if let Some(declared) = declared {
        let is_utf8 = judge.good > 0 && judge.bad == 0 && !judge.nul;
        return Ok(known(if is_utf8 { UTF_8 } else { declared }));
    }
    let guessed = judge.bad > judge.good && is_gb18030()?;
    let encoding = if guessed { GB18030 } else { UTF_8 };
    Ok(Verdict { encoding, guessed })
}

/// Whether every byte of `source` is part of a GB18030 character.
pub(super) fn is_gb18030(mut source: impl Read) -> io::Result<bool> {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let (mut raw, mut text) = (vec![0; CHUNK], vec![0; 4 * CHUNK]);
    loop {
        let read = source.read(&mut raw)?;
        let bytes = raw.get(..read).unwrap_or_default();
        let (_, _, _, flawed) = decoder.decode_to_utf8(bytes, &mut text, read == 0);
        if flawed || read == 0 {
            return Ok(!flawed);
        }
    }
}

/// Counts lines outside ASCII that are UTF-8, and that aren't.
#[derive(Debug, Default)]
pub(super) struct Judge {
    good: u64,
    bad: u64,
    nul: bool,
    line_good: bool,
    line_bad: bool,
    open: Vec<u8>,
}

impl Judge {
    /// Takes the next bytes of the file.
    pub(super) fn feed(&mut self, chunk: &[u8]) {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.piece(piece);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// The file ends here, or what was looked at; a character may be cut in two by the latter.
    pub(super) fn end(&mut self, cut: bool) {
        if cut {
            self.open.clear();
        }
        self.end_line();
    }

    fn piece(&mut self, piece: &[u8]) {
        self.nul |= piece.contains(&0);
        if self.line_bad || (self.open.is_empty() && piece.is_ascii()) {
            return;
        }
        self.open.extend_from_slice(piece);
        match std::str::from_utf8(&self.open) {
            Ok(_) => {
                self.line_good = true;
                self.open.clear();
            }
            Err(error) if error.error_len().is_none() => {
                self.line_good |= error.valid_up_to() > 0;
                self.open.drain(..error.valid_up_to());
            }
            Err(_) => {
                self.line_bad = true;
                self.open.clear();
            }
        }
    }

    fn end_line(&mut self) {
        if self.line_bad || !self.open.is_empty() {
            self.bad += 1;
        } else {
            self.good += u64::from(self.line_good);
        }
        (self.line_good, self.line_bad) = (false, false);
        self.open.clear();
    }
}

/// A source as UTF-8 without byte order mark. What isn't a character of its encoding becomes U+FFFD; UTF-8 itself
/// passes as it is.
pub(super) struct Utf8<R> {
    source: R,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// What is decoded, and how much of it was handed out.
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(source: R, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: (encoding != UTF_8).then(|| encoding.new_decoder_with_bom_removal()),
            raw: Vec::new(),
            text: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn decode(&mut self) -> io::Result<()> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(());
        };
        self.raw.resize(CHUNK, 0);
        let read = self.source.read(&mut self.raw)?;
        self.ended = read == 0;
        let bytes = self.raw.get(..read).unwrap_or_default();
        // Never more than this, so that all of it is decoded at once.
        let room = decoder.max_utf8_buffer_length(read).unwrap_or(8 * CHUNK);
        self.text.resize(room, 0);
        let (_, _, written, _) = decoder.decode_to_utf8(bytes, &mut self.text, self.ended);
        self.text.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() {
            return self.source.read(into);
        }
        while self.given == self.text.len() && !self.ended {
            self.decode()?;
        }
        let mut rest = self.text.get(self.given..).unwrap_or_default();
        let given = rest.read(into)?;
        self.given += given;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, UTF_16BE, UTF_16LE};

    use super::*;

    fn judged(text: &[u8], declared: Option<&'static Encoding>) -> Verdict {
        let mut judge = Judge::default();
        for piece in text.chunks(3) {
            judge.feed(piece);
        }
        judge.end(false);
        decide(text, declared, &judge, || is_gb18030(text)).unwrap()
    }

    fn sure(encoding: &'static Encoding) -> Verdict {
        Verdict {
            encoding,
            guessed: false,
        }
    }

    #[test]
    fn a_byte_order_mark_says_it_and_valid_utf_8_is_utf_8() {
        assert_eq!(judged(b"\xff\xfea\0", Some(BIG5)), sure(UTF_16LE));
        assert_eq!(judged(b"\xfe\xff\0a", None), sure(UTF_16BE));
        assert_eq!(judged("\u{feff}名".as_bytes(), None), sure(UTF_8));
        assert_eq!(judged("kind\n名称\n".as_bytes(), Some(BIG5)), sure(UTF_8));
        assert_eq!(judged(b"kind\nplain\n", None), sure(UTF_8));
    }

    #[test]
    fn what_is_not_utf_8_is_what_was_declared_or_else_gb18030_as_a_guess() {
        let (text, _, _) = GB18030.encode("种类,名称\n某某有限公司\n");
        assert_eq!(judged(&text, Some(BIG5)), sure(BIG5));
        assert_eq!(
            judged(&text, None),
            Verdict {
                encoding: GB18030,
                guessed: true
            }
        );
    }

    #[test]
    fn one_damaged_line_makes_no_other_encoding_of_a_file() {
        assert_eq!(judged(b"kind,value\nemail,caf\xe9,x\n", None), sure(UTF_8));
        let (damaged, _, _) = GB18030.encode("公司\n");
        let mixed = ["名称\n名称\n".as_bytes(), &damaged].concat();
        assert_eq!(judged(&mixed, None), sure(UTF_8));
    }

    #[test]
    fn text_of_other_encodings_is_read_as_if_it_were_utf_8() {
        let said = "种类,名称\n某某有限公司,😀\n".repeat(5_000);
        let (gb18030, _, _) = GB18030.encode(&said);
        let utf16: Vec<u8> = said.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xff\xfe".as_slice(), &utf16].concat();
        for (bytes, encoding) in [(gb18030.as_ref(), GB18030), (&marked, UTF_16LE)] {
            let mut text = String::new();
            Utf8::new(bytes, encoding).read_to_string(&mut text).unwrap();
            assert_eq!(text, said);
        }
    }

    #[test]
    fn a_character_cut_off_at_the_end_is_told() {
        let mut text = String::new();
        Utf8::new(b"a\xb9".as_slice(), GB18030)
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "a\u{fffd}");
    }
}
