//! Synthetic offenders: well-formed codes under a region that doesn't exist, so that nobody is accused.

use lianfang_identifier::{Canonical, InputKind, Kind, canonicalise};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

/// GB 32100-2015: digits and capital letters without I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const COUNT: usize = 24;

/// A company that doesn't exist.
#[derive(Debug, Clone)]
pub(super) struct Offender {
    pub(super) code: String,
    pub(super) name: String,
}

/// The offenders that `seed` gives.
pub(super) struct Cast {
    pub(super) offenders: Vec<Offender>,
    rng: ChaCha20Rng,
}

impl Cast {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let offenders = (0..COUNT)
            .map(|number| Offender {
                code: code(&mut rng),
                name: format!("联防演示虚构第{}号商贸有限公司", number + 1),
            })
            .collect();
        Self { offenders, rng }
    }

    /// Writes `value` the way sellers do who don't want to be found: full width, separators, invisible
    /// characters, lower case. It still means the same.
    pub(super) fn disguise(&mut self, kind: InputKind, value: &str) -> String {
        let meant = canonicalise(kind, value, None).unwrap_or_default();
        let disguised = (0..64).map(|_| self.scramble(value)).find(|text| {
            *text != value && canonicalise(kind, text, None).is_ok_and(|forms| same(&forms, &meant))
        });
        disguised.unwrap_or_else(|| value.to_owned())
    }

    fn scramble(&mut self, value: &str) -> String {
        let mut text = String::new();
        for symbol in value.chars() {
            match self.pick(6) {
                0 => text.push('-'),
                1 => text.push(' '),
                2 => text.push('\u{200b}'),
                _ => {}
            }
            match self.pick(3) {
                0 => text.extend(full_width(symbol)),
                1 => text.extend(symbol.to_lowercase()),
                _ => text.push(symbol),
            }
        }
        text
    }

    /// A valid code one character away from an offender's that is no offender's.
    pub(super) fn neighbour(&mut self) -> String {
        let start = self.pick(self.offenders.len());
        let original = self.offenders[start].code.clone();
        loop {
            let mut symbols = original.clone().into_bytes();
            let place = 8 + self.pick(7);
            symbols[place] = ALPHABET[self.pick(31)];
            let code = finish(&symbols[..16]);
            if self.offenders.iter().all(|offender| offender.code != code) {
                return code;
            }
        }
    }

    /// A number below `bound`.
    pub(super) fn pick(&mut self, bound: usize) -> usize {
        (self.rng.next_u32() as usize) % bound.max(1)
    }
}

fn same(forms: &[Canonical], meant: &[Canonical]) -> bool {
    let values = |forms: &[Canonical]| {
        forms
            .iter()
            .map(|form| (form.kind, form.level, form.value.clone()))
            .collect::<Vec<_>>()
    };
    values(forms) == values(meant)
}

fn full_width(symbol: char) -> Option<char> {
    if symbol.is_ascii_graphic() {
        char::from_u32(u32::from(symbol) + 0xfee0)
    } else {
        Some(symbol)
    }
}

/// 91, a region that doesn't exist, an organisation code with its own check character, the check character.
fn code(rng: &mut ChaCha20Rng) -> String {
    loop {
        let mut symbols = b"91".to_vec();
        symbols.extend_from_slice(b"9901");
        symbols.extend((0..2).map(|_| b'0' + (rng.next_u32() % 10) as u8));
        symbols.extend((0..8).map(|_| ALPHABET[rng.next_u32() as usize % 31]));
        let code = finish(&symbols);
        if canonicalise(Kind::CnUscc.into(), &code, None).is_ok() {
            return code;
        }
    }
}

/// Appends the check character of the organisation code (GB 11714) and of the whole (GB 32100).
fn finish(front: &[u8]) -> String {
    const ORGANISATION: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |symbol: u8| match symbol {
        b'0'..=b'9' => u32::from(symbol - b'0'),
        letter => u32::from(letter.saturating_sub(b'A')) + 10,
    };
    let mut symbols = front.to_vec();
    let sum: u32 = symbols[8..16]
        .iter()
        .zip(ORGANISATION)
        .map(|(symbol, weight)| value(*symbol) * weight)
        .sum();
    symbols.push(match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    });
    let place = |symbol: u8| {
        ALPHABET
            .iter()
            .position(|other| *other == symbol)
            .unwrap_or_default()
    };
    let mut weight = 1;
    let mut sum = 0;
    for symbol in &symbols {
        sum += place(*symbol) * weight;
        weight = weight * 3 % 31;
    }
    symbols.push(ALPHABET[(31 - sum % 31) % 31]);
    String::from_utf8_lossy(&symbols).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_gives_valid_codes_a_disguise_and_a_neighbour() {
        for seed in 0..50 {
            let mut cast = Cast::new(seed);
            let kind: InputKind = Kind::CnUscc.into();
            let code = cast.offenders[0].code.clone();
            let disguised = cast.disguise(kind, &code);
            assert_ne!(disguised, code, "seed {seed}");
            let neighbour = cast.neighbour();
            let forms = canonicalise(kind, &neighbour, None).unwrap();
            assert!(
                cast.offenders
                    .iter()
                    .all(|offender| forms.iter().all(|form| form.value != offender.code))
            );
        }
    }
}
