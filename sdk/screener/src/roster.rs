use lianfang_digest::Bloom;
use lianfang_digest::gcs::{PREFIX_BITS, prefix};

/// The tokens of monitored subjects, sorted, over memory that `B` owns or maps: every arriving delta and base is
/// matched against them.
#[derive(Debug, Clone)]
pub struct Roster<B> {
    bytes: B,
}

/// Why bytes aren't a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a roster is tokens of 32 bytes, strictly increasing")]
pub struct NotARoster;

impl<B: AsRef<[u8]>> Roster<B> {
    /// Checks that `bytes` are 32-byte tokens, strictly increasing.
    ///
    /// # Errors
    /// [`NotARoster`].
    pub fn new(bytes: B) -> Result<Self, NotARoster> {
        let (tokens, rest) = bytes.as_ref().as_chunks::<32>();
        if rest.is_empty() && tokens.is_sorted_by(|a, b| a < b) {
            Ok(Self { bytes })
        } else {
            Err(NotARoster)
        }
    }

    /// The tokens.
    pub fn tokens(&self) -> &[[u8; 32]] {
        self.bytes.as_ref().as_chunks().0
    }

    /// Calls `hit` with the place of each token whose prefix is among a delta's `additions`, strictly increasing.
    pub fn match_additions(&self, additions: &[u64], mut hit: impl FnMut(usize)) {
        let tokens = self.tokens();
        let mut from = 0;
        for wanted in additions {
            from += gallop(&tokens[from..], |token| prefix(token, PREFIX_BITS) < *wanted);
            while tokens
                .get(from)
                .is_some_and(|token| prefix(token, PREFIX_BITS) == *wanted)
            {
                hit(from);
                from += 1;
            }
        }
    }

    /// Calls `hit` with the place of each token that a base may hold.
    pub fn match_base(&self, base: &Bloom<'_>, mut hit: impl FnMut(usize)) {
        for (place, token) in self.tokens().iter().enumerate() {
            if base.contains(token) {
                hit(place);
            }
        }
    }
}

/// Length of the front of `sorted` where `before` holds, found in steps that double: cheap when it is short and never
/// worse than twice a binary search.
fn gallop<T>(sorted: &[T], before: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while sorted.get(step - 1).is_some_and(&before) {
        step *= 2;
    }
    let low = step / 2;
    low + sorted[low..sorted.len().min(step)].partition_point(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lianfang_encoding::sha256;

    fn roster(count: u32) -> Roster<Vec<u8>> {
        let mut tokens: Vec<_> = (0..count).map(|i| sha256(&i.to_be_bytes())).collect();
        tokens.sort_unstable();
        Roster::new(tokens.concat()).unwrap()
    }

    fn matched(roster: &Roster<Vec<u8>>, additions: &[u64]) -> Vec<usize> {
        let mut hits = Vec::new();
        roster.match_additions(additions, |place| hits.push(place));
        hits
    }

    #[test]
    fn the_tokens_whose_prefix_came_are_matched() {
        let roster = roster(5_000);
        let mut additions: Vec<u64> = (0..5_000)
            .step_by(7)
            .map(|place| prefix(&roster.tokens()[place], PREFIX_BITS))
            .collect();
        let expected: Vec<usize> = (0..5_000).step_by(7).collect();
        assert_eq!(matched(&roster, &additions), expected);
        additions
            .extend((0..1_000u32).map(|i| prefix(&sha256(format!("stranger {i}").as_bytes()), PREFIX_BITS)));
        additions.sort_unstable();
        assert_eq!(matched(&roster, &additions), expected);
        assert!(matched(&roster, &[0, (1 << 44) - 1]).is_empty());
    }

    #[test]
    fn tokens_with_one_prefix_are_all_matched() {
        let mut tokens = [[5; 32], [5; 32], [6; 32]];
        tokens[1][31] = 9;
        let roster = Roster::new(tokens.concat()).unwrap();
        assert_eq!(matched(&roster, &[prefix(&[5; 32], PREFIX_BITS)]), [0, 1]);
    }

    #[test]
    fn unsorted_repeated_and_torn_rosters_are_refused() {
        for bytes in [
            [[2; 32], [1; 32]].concat(),
            [[1; 32], [1; 32]].concat(),
            vec![0; 33],
        ] {
            assert_eq!(Roster::new(bytes).err(), Some(NotARoster));
        }
        assert!(Roster::new(Vec::new()).is_ok());
    }

    #[test]
    fn galloping_finds_every_boundary() {
        let sorted: Vec<u32> = (0..100).collect();
        for boundary in 0..=100 {
            assert_eq!(gallop(&sorted, |value| *value < boundary), boundary as usize);
        }
    }
}
