//! Many tokens looked up in the merged table, so that memory is never waited for: home lines are sent for some tokens
//! ahead. A token whose line is full queues up for the line behind, which has arrived by its turn.

use crate::merged::{Merged, Spot, key_of};

/// Tokens whose home lines are under way: more than a core can ask memory for at once, and few enough that what came
/// stays near.
const AHEAD: usize = 32;

/// Tokens that wait for a line behind a full one, at most.
const ROOM: usize = 256;

/// Tokens that still wait after the queue was worked off: their lines were sent for a moment ago.
const LEFT: usize = 16;

/// A batch on its way through the table.
pub(crate) struct Batch<'a, H> {
    merged: Merged<'a>,
    tokens: &'a [[u8; 32]],
    queue: Queue,
    hit: H,
}

/// A token, where it looks next, and how many full lines it has seen.
#[derive(Clone, Copy, Default)]
struct Waiting {
    place: usize,
    spot: Spot,
    full: usize,
}

struct Queue {
    waiting: [Waiting; ROOM],
    served: usize,
    joined: usize,
}

impl Queue {
    fn new() -> Self {
        Self {
            waiting: [Waiting::default(); ROOM],
            served: 0,
            joined: 0,
        }
    }

    #[inline]
    fn len(&self) -> usize {
        self.joined - self.served
    }

    /// One line in eight is full and nothing says which, so that goes without a branch.
    #[inline]
    fn join_if(&mut self, is_full: bool, next: Waiting) {
        self.waiting[self.joined % ROOM] = next;
        self.joined += usize::from(is_full);
    }

    #[inline]
    fn serve(&mut self) -> Waiting {
        let first = self.waiting[self.served % ROOM];
        self.served += 1;
        first
    }
}

impl<'a, H: FnMut(usize, usize)> Batch<'a, H> {
    /// `hit` gets the place of a token and each list that has its prefix.
    pub(crate) fn new(merged: Merged<'a>, tokens: &'a [[u8; 32]], hit: H) -> Self {
        Self {
            merged,
            tokens,
            queue: Queue::new(),
            hit,
        }
    }

    pub(crate) fn run(mut self) {
        let first = self.tokens.iter().take(AHEAD);
        first.for_each(|token| self.merged.fetch(self.home(token)));
        for (place, token) in self.tokens.iter().enumerate() {
            if let Some(token) = self.tokens.get(place + AHEAD) {
                self.merged.fetch(self.home(token));
            }
            self.look(Waiting {
                place,
                spot: self.home(token),
                full: 0,
            });
            if self.queue.len() == ROOM {
                self.work_off(LEFT);
            }
        }
        self.work_off(0);
    }

    #[inline]
    fn home(&self, token: &[u8; 32]) -> Spot {
        self.merged.home(key_of(token))
    }

    #[inline(never)]
    fn work_off(&mut self, left: usize) {
        while self.queue.len() > left {
            let first = self.queue.serve();
            self.look(first);
        }
    }

    /// Looks into one line. If it is full, the next one is sent for and the token queues up.
    #[inline(always)]
    fn look(&mut self, Waiting { place, spot, full }: Waiting) {
        let is_full = self.merged.find_at(spot, &mut |list| (self.hit)(place, list));
        let (full, next) = (full + 1, self.merged.behind(spot));
        if full < self.merged.steps() {
            self.merged.fetch(if is_full { next } else { spot });
            self.queue.join_if(
                is_full,
                Waiting {
                    place,
                    spot: next,
                    full,
                },
            );
        } else if is_full {
            let key = key_of(&self.tokens[place]);
            self.merged.find_overflow(key, |list| (self.hit)(place, list));
        }
    }
}
