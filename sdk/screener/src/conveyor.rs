//! Many tokens looked up in the merged table, so that memory is never waited for. A block of tokens looks into its home
//! lines while those of the next block are sent for. Tokens whose line is full move on to the line behind, which has
//! arrived by the time the next block is done.

use crate::merged::{Merged, SPILL, key_of};

/// Tokens of a block: more than a core can ask memory for at once, and few enough that what came stays near.
const BLOCK: usize = 32;

/// Tokens on their way from block to block.
pub(crate) struct Conveyor<'a, H> {
    merged: Merged<'a>,
    tokens: &'a [[u8; 32]],
    /// Those that look next into the line one behind their home, two behind it, and so on.
    spilled: [Spilled; SPILL - 1],
    hit: H,
}

#[derive(Clone, Copy)]
struct Spilled {
    places: [usize; BLOCK],
    count: usize,
}

impl Spilled {
    const NONE: Self = Self {
        places: [0; BLOCK],
        count: 0,
    };

    /// Adds a place if `is_full`. One line in eight is and nothing says which, so that goes without a branch.
    #[inline]
    fn push_if(&mut self, is_full: bool, place: usize) {
        self.places[self.count % BLOCK] = place;
        self.count += usize::from(is_full);
    }
}

impl<'a, H: FnMut(usize, usize)> Conveyor<'a, H> {
    /// `hit` gets the place of a token and each list that has its prefix.
    pub(crate) fn new(merged: Merged<'a>, tokens: &'a [[u8; 32]], hit: H) -> Self {
        Self {
            merged,
            tokens,
            spilled: [Spilled::NONE; SPILL - 1],
            hit,
        }
    }

    pub(crate) fn run(mut self) {
        let first = self.tokens.iter().take(BLOCK);
        first.for_each(|token| self.merged.fetch(key_of(token), 0));
        for start in (0..self.tokens.len()).step_by(BLOCK) {
            self.move_on();
            for place in start..self.tokens.len().min(start + BLOCK) {
                if let Some(token) = self.tokens.get(place + BLOCK) {
                    self.merged.fetch(key_of(token), 0);
                }
                self.look(place, 0);
            }
            self.send(0);
        }
        (1..SPILL).for_each(|_| self.move_on());
    }

    /// Whoever spilled looks into the next line; those who came furthest first, which makes room for those behind them.
    #[inline]
    fn move_on(&mut self) {
        for step in (1..SPILL).rev() {
            let waiting = std::mem::replace(&mut self.spilled[step - 1].count, 0);
            for i in 0..waiting {
                self.look(self.spilled[step - 1].places[i], step);
            }
            self.send(step);
        }
    }

    /// Looks into the line `step` behind a token's home. If it is full, the token goes on.
    #[inline]
    fn look(&mut self, place: usize, step: usize) {
        let key = key_of(&self.tokens[place]);
        let is_full = self
            .merged
            .find_in(key, step, &mut |list| (self.hit)(place, list));
        if step + 1 < self.merged.steps() {
            self.spilled[step].push_if(is_full, place);
        } else if is_full {
            self.merged.find_overflow(key, |list| (self.hit)(place, list));
        }
    }

    /// Sends for the lines behind those of `step` that were full.
    #[inline]
    fn send(&self, step: usize) {
        if let Some(Spilled { places, count }) = self.spilled.get(step) {
            let keys = places[..*count].iter().map(|place| key_of(&self.tokens[*place]));
            keys.for_each(|key| self.merged.fetch(key, step + 1));
        }
    }
}
