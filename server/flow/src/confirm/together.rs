//! A subject with more hits than one question has room for. A publisher tells of entries that several tokens of one question
//! speak for: where the answer about a token is a part of what there is, the token is asked about beside each of the others.

use std::sync::Arc;

use lianfang_encoding::Timestamp;
use lianfang_wire::confirm::MAX_PREFIXES;

use super::ask::{Asked, PossibleHit, Reply};
use super::open::Opened;
use crate::{FlowError, Node};

/// Two halves of a question: any two of a subject's hits meet in one that is about the halves that they are in.
const HALF: usize = MAX_PREFIXES / 2;
/// Most further questions about one subject and list; whoever needs more has no whole answer.
const MOST: usize = 64;

impl Node {
    /// What a publisher answers about hits of one list, in as many questions as it takes; None for what it doesn't answer.
    pub(super) async fn ask_about<T>(
        self: &Arc<Self>,
        hits: &[&PossibleHit<T>],
        ends_by: Timestamp,
    ) -> Result<(Vec<Option<Opened>>, Asked), FlowError> {
        let (mut answers, mut asked) = (Vec::with_capacity(hits.len()), Asked::Present);
        for some in hits.chunks(MAX_PREFIXES) {
            answers.extend(self.ask_in_parts(some, ends_by, &mut asked).await?);
        }
        for (number, question) in further(hits, &answers).into_iter().enumerate() {
            let together: Vec<_> = question.iter().map(|at| hits[*at]).collect();
            let reply = match number < MOST {
                true => self.question(&together, ends_by, &mut asked).await?,
                false => Reply::Nothing,
            };
            let mut opened = match reply {
                Reply::Opened(opened) => Some(opened.into_iter()),
                Reply::TooMany | Reply::Nothing => None,
            };
            for at in question {
                let also = opened.as_mut().and_then(Iterator::next);
                if let Some(answer) = &mut answers[at] {
                    match also {
                        Some(also) => answer.add(also),
                        // What was left out may be what counts.
                        None => answer.has_refused |= answer.is_part(),
                    }
                }
            }
        }
        Ok((answers, asked))
    }

    /// In halves where a question is refused because of all that stands under its prefixes, down to the one that is too much.
    async fn ask_in_parts<T>(
        self: &Arc<Self>,
        hits: &[&PossibleHit<T>],
        ends_by: Timestamp,
        asked: &mut Asked,
    ) -> Result<Vec<Option<Opened>>, FlowError> {
        let mut answers: Vec<_> = hits.iter().map(|_| None).collect();
        let mut waiting = vec![(0, hits)];
        while let Some((start, part)) = waiting.pop() {
            match self.question(part, ends_by, asked).await? {
                Reply::Opened(opened) => {
                    let (before, after) = (&hits[..start], &hits[start + part.len()..]);
                    for ((answer, hit), mut opened) in answers[start..].iter_mut().zip(part).zip(opened) {
                        // What was left out may be what counts beside a hit of the same subject in another part.
                        let mut others = before.iter().chain(after);
                        let is_apart = others.any(|other| other.subject == hit.subject);
                        opened.has_refused |= is_apart && opened.is_part();
                        *answer = Some(opened);
                    }
                }
                Reply::TooMany if part.len() > 1 => {
                    let (left, right) = part.split_at(part.len() / 2);
                    waiting.extend([(start, left), (start + left.len(), right)]);
                }
                Reply::TooMany | Reply::Nothing => {}
            }
        }
        Ok(answers)
    }
}

/// Which hits are to be asked about together once more: of those that count only beside something else and that anything was
/// said of.
fn further<T>(hits: &[&PossibleHit<T>], answers: &[Option<Opened>]) -> Vec<Vec<usize>> {
    let is_part = |at: &usize| answers[*at].as_ref().is_some_and(Opened::is_part);
    let is_said = |answer: &Opened| !answer.records.is_empty();
    let says_little = |at: &usize| answers[*at].as_ref().is_some_and(is_said) && !hits[*at].speaks_alone();
    let (parts, whole): (Vec<_>, Vec<_>) = (0..hits.len()).filter(says_little).partition(is_part);
    let were_together = parts.iter().chain(&whole).all(|at| *at < MAX_PREFIXES);
    match were_together {
        true => Vec::new(),
        false => questions(parts, whole),
    }
}

/// Questions in which each of `parts` meets every other and each of `whole`.
fn questions(parts: Vec<usize>, whole: Vec<usize>) -> Vec<Vec<usize>> {
    let with_parts = parts.len().div_ceil(HALF);
    let all = [parts, whole].concat();
    if all.len() <= MAX_PREFIXES && with_parts > 0 {
        return vec![all];
    }
    let halves: Vec<_> = all.chunks(HALF).collect();
    let pairs =
        (0..with_parts).flat_map(|first| (first + 1..halves.len()).map(move |second| (first, second)));
    pairs
        .map(|(first, second)| [halves[first], halves[second]].concat())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_meets_every_other_hit_in_a_question_that_has_room_for_them() {
        for (parts, whole) in [
            (0, 40),
            (1, 0),
            (1, 15),
            (1, 16),
            (8, 9),
            (9, 8),
            (17, 0),
            (20, 30),
        ] {
            let all = parts + whole;
            let questions = questions((0..parts).collect(), (parts..all).collect());
            assert!(questions.iter().all(|question| question.len() <= MAX_PREFIXES));
            assert_eq!(questions.is_empty(), parts == 0, "{parts} {whole}");
            for part in 0..parts {
                for other in 0..all {
                    let meet = |question: &Vec<usize>| question.contains(&part) && question.contains(&other);
                    assert!(questions.iter().any(meet), "{part} {other} of {parts} {whole}");
                }
            }
        }
    }
}
