use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use lianfang_encoding::Timestamp;
use lianfang_identifier::Canonical;
use lianfang_token::message::Purpose;
use lianfang_token::{KeyDescriptor, MAX_ELEMENTS, Token, TokenInput, TokenKeyId};
use lianfang_wire::membership::Membership;
use tracing::Instrument as _;
use zeroize::Zeroizing;

use crate::traced::{TRACE, count};
use crate::trust::keys_of;
use crate::{FlowError, Node};

/// A canonical identifier to be tokenised, and whoever needs to find it again.
#[derive(Debug, Clone)]
pub(crate) struct Subject<T> {
    pub(crate) canonical: Canonical,
    pub(crate) tag: T,
}

/// One identifier under one key.
#[derive(Debug, Clone)]
pub(crate) struct TokenOutcome<T> {
    pub(crate) canonical: Canonical,
    pub(crate) tag: T,
    pub(crate) key_id: TokenKeyId,
    pub(crate) epoch: u32,
    /// None when too few members of the committee answered.
    pub(crate) token: Option<Arc<Token>>,
}

impl<T> TokenOutcome<T> {
    /// The same for somebody else to find.
    pub(crate) fn with_tag<U>(self, tag: U) -> TokenOutcome<U> {
        TokenOutcome {
            canonical: self.canonical,
            tag,
            key_id: self.key_id,
            epoch: self.epoch,
            token: self.token,
        }
    }
}

/// Batches under way at once, if there are fewer cores: one waits for the network while another is blinded or combined.
const BATCHES_AT_ONCE: usize = 4;

struct Wanted {
    place: usize,
    input: Zeroizing<Vec<u8>>,
}

impl Node {
    /// Tokens of `subjects` under every key that is valid now: two epochs while a key is being rotated.
    pub(crate) async fn tokenise<T: Clone>(
        &self,
        purpose: Purpose,
        subjects: &[Subject<T>],
    ) -> Result<Vec<TokenOutcome<T>>, FlowError> {
        let span = tracing::info_span!(target: TRACE, "tokens", lianfang.identifiers = count(subjects));
        self.tokens_of(purpose, subjects).instrument(span).await
    }

    async fn tokens_of<T: Clone>(
        &self,
        purpose: Purpose,
        subjects: &[Subject<T>],
    ) -> Result<Vec<TokenOutcome<T>>, FlowError> {
        let document = self.document();
        let mut outcomes = self.places(&document.document, subjects, self.now());
        let missing = self.look_up(&mut outcomes);
        let mut fetches = Vec::new();
        for (key_id, wanted) in &missing {
            let Some(key) = crate::trust::key_by_id(&document.document, key_id) else {
                continue;
            };
            for batch in sections(wanted, self.gateway.width(), purpose) {
                fetches.push(self.fetch(purpose, key, batch).boxed());
            }
        }
        let fetched: Vec<_> = stream::iter(fetches)
            .buffer_unordered(self.gateway.width().max(BATCHES_AT_ONCE))
            .try_collect()
            .await?;
        for (place, token) in fetched.into_iter().flatten() {
            if let Some(outcome) = outcomes.get_mut(place) {
                outcome.token = Some(token);
            }
        }
        Ok(outcomes)
    }

    fn places<T: Clone>(
        &self,
        document: &Membership,
        subjects: &[Subject<T>],
        now: Timestamp,
    ) -> Vec<TokenOutcome<T>> {
        let mut outcomes = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let class = lianfang_identifier::info(subject.canonical.kind).class;
            outcomes.extend(keys_of(document, class, now).map(|key| TokenOutcome {
                canonical: subject.canonical.clone(),
                tag: subject.tag.clone(),
                key_id: key.key_id(),
                epoch: key.fields().epoch,
                token: None,
            }));
        }
        outcomes
    }

    fn look_up<T>(&self, outcomes: &mut [TokenOutcome<T>]) -> BTreeMap<TokenKeyId, Vec<Wanted>> {
        let fed = self.trust.federation();
        let mut missing: BTreeMap<TokenKeyId, Vec<Wanted>> = BTreeMap::new();
        for (place, outcome) in outcomes.iter_mut().enumerate() {
            let canonical = &outcome.canonical;
            let input = TokenInput {
                fed: &fed,
                kind: canonical.kind.number(),
                norm_version: canonical.norm_version,
                level: canonical.level.number(),
                canonical: canonical.value.as_bytes(),
            }
            .to_bytes();
            outcome.token = self.tokens.find(&outcome.key_id, &input);
            if outcome.token.is_none() {
                missing
                    .entry(outcome.key_id)
                    .or_default()
                    .push(Wanted { place, input });
            }
        }
        missing
    }

    async fn fetch(
        &self,
        purpose: Purpose,
        key: &KeyDescriptor,
        wanted: &[Wanted],
    ) -> Result<Vec<(usize, Arc<Token>)>, FlowError> {
        let inputs = wanted.iter().map(|wanted| wanted.input.clone()).collect();
        let Some(tokens) = self.ask_committee(purpose, key, inputs).await? else {
            return Ok(Vec::new());
        };
        let remember = |(wanted, token): (&Wanted, Token)| {
            let token = Arc::new(token);
            // What is published is kept with its entry, and would push out what applicants bring.
            if purpose != Purpose::Publish {
                self.tokens.put(&key.key_id(), &wanted.input, Arc::clone(&token));
            }
            (wanted.place, token)
        };
        Ok(wanted.iter().zip(tokens).map(remember).collect())
    }
}

/// Splits what is wanted into sections that are full as they are, so that little is padded: as many of the largest size
/// as `cores` share evenly, and of the rest, which they share too, of the next. Of what is published and left then, small
/// ones: the lists say how much it is anyway, and an element costs more in a section of 64.
fn sections<T>(wanted: &[T], cores: usize, purpose: Purpose) -> impl Iterator<Item = &[T]> {
    /// The padded sizes below [`MAX_ELEMENTS`] (PROTOCOL.md §2).
    const NEXT: usize = 512;
    const SMALL: usize = 64;
    /// More of them cost more than padding.
    const MOST_SMALL: usize = 6;
    let round = MAX_ELEMENTS * cores.max(1);
    let (full, rest) = wanted.split_at(wanted.len() / round * round);
    let (next, last) = rest.split_at(rest.len() / NEXT * NEXT);
    let size = match purpose {
        Purpose::Publish if last.len() <= MOST_SMALL * SMALL => SMALL,
        _ => NEXT,
    };
    let full = full.chunks(MAX_ELEMENTS).chain(next.chunks(NEXT));
    full.chain(last.chunks(size))
}

#[cfg(test)]
mod tests {
    use lianfang_token::padded_len;

    use super::*;

    fn in_either(cores: usize) -> [(usize, Purpose); 2] {
        [Purpose::Screen, Purpose::Publish].map(|purpose| (cores, purpose))
    }

    /// Elements that are sent beside those that are wanted.
    fn padding(sections: &[&[usize]]) -> usize {
        let lengths = sections.iter().map(|section| section.len());
        lengths.map(|length| padded_len(length) - length).sum()
    }

    #[test]
    fn what_is_published_is_padded_by_less_than_a_small_section_or_a_quarter_of_a_large_one() {
        for count in 0..2_000 {
            let wanted: Vec<usize> = (0..count).collect();
            let sections: Vec<_> = sections(&wanted, 2, Purpose::Publish).collect();
            let left = count % 512;
            let most = if left > 384 { 512 - left } else { 63 };
            assert!(padding(&sections) <= most, "{count}: {}", padding(&sections));
        }
    }

    #[test]
    fn what_is_screened_shows_its_number_in_steps_of_a_large_section_only() {
        for count in [65, 100, 448, 600, 1_000] {
            let wanted: Vec<usize> = (0..count).collect();
            for section in sections(&wanted, 2, Purpose::Screen) {
                assert_eq!(padded_len(section.len()), 512, "{count}");
            }
        }
    }

    #[test]
    fn sections_hold_everything_in_order_and_are_padded_by_less_than_one_of_them() {
        for count in [0, 1, 8, 512, 513, 3_000, 4_095, 4_096, 4_097, 20_000] {
            let wanted: Vec<usize> = (0..count).collect();
            for (cores, purpose) in [1, 2, 3, 64].into_iter().flat_map(in_either) {
                let sections: Vec<_> = sections(&wanted, cores, purpose).collect();
                assert_eq!(sections.concat(), wanted);
                assert!(padding(&sections) < 512, "{count}: {}", padding(&sections));
                let full = sections.iter().filter(|section| section.len() > 512).count();
                assert_eq!(full % cores, 0, "{count}: no core is left without one");
            }
        }
    }
}
