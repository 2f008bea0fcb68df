//! One batch under one key: blind, ask t members and one more for each that fails or is slow, combine. A member that
//! fails is asked a second time when there is nobody else: a broken connection must not cost an applicant the answer.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use lianfang_token::message::{EvalRequest, Purpose, RequestSection, SignedEvalResponse};
use lianfang_token::{Blinded, KeyDescriptor, Token, VerifiedEvaluation};
use lianfang_wire::membership::Member;
use zeroize::Zeroizing;

use crate::{FlowError, Node};

/// After this without an answer one more member is asked.
const HEDGE: Duration = Duration::from_millis(300);
/// So much later for each element: an evaluation too many costs its member as much as the others theirs.
const HEDGE_PER_ELEMENT: Duration = Duration::from_millis(1);

impl Node {
    /// Tokens of `inputs` in order, or none when fewer than t members answered well.
    pub(super) async fn ask_committee(
        &self,
        purpose: Purpose,
        key: &KeyDescriptor,
        inputs: Vec<Zeroizing<Vec<u8>>>,
    ) -> Result<Option<Vec<Token>>, FlowError> {
        let mut rng = self.randomness.rng();
        let blinded = self
            .gateway
            .compute(move || {
                Blinded::new(inputs.iter().map(|input| input.as_slice()), &mut rng)
                    .map(|blinded| blinded.pad(&mut rng))
            })
            .await?
            .map_err(|_| FlowError::Internal("identifiers couldn't be blinded"))?;
        let blinded = Arc::new(blinded);
        let section = RequestSection {
            key_id: key.key_id(),
            generation: key.generation(),
            elements: blinded.elements().to_vec(),
        };
        let request = EvalRequest::new(purpose, vec![section])
            .map_err(|_| FlowError::Internal("an evaluation request is out of bounds"))?;
        let answers = self.evaluations(key, &Arc::new(request), &blinded).await?;
        let key = key.clone();
        let combine = move || blinded.finalize(&key, &answers);
        let tokens = self.gateway.compute(combine).await?;
        let tokens = tokens.inspect_err(|error| {
            tracing::warn!(error = %error, "the committee's evaluations make no tokens");
        });
        self.tally.tokens_asked(tokens.is_ok());
        Ok(tokens.ok())
    }

    async fn evaluations(
        &self,
        key: &KeyDescriptor,
        request: &Arc<EvalRequest>,
        blinded: &Arc<Blinded>,
    ) -> Result<Vec<VerifiedEvaluation>, FlowError> {
        let document = self.document();
        let (needed, patience) = (usize::from(key.threshold()), patience(blinded.elements().len()));
        let mut committee = self.committee(key, &document.document.members).into_iter();
        let ask = |member| async move { (member, self.ask(member, key, request, blinded).await) }.boxed();
        let mut asked: FuturesUnordered<_> = committee.by_ref().take(needed).map(ask).collect();
        let (mut answers, mut twice) = (Vec::with_capacity(needed), Vec::new());
        while answers.len() < needed {
            let next = match tokio::time::timeout(patience, asked.next()).await {
                Ok(Some((_, Some(answer)))) => {
                    answers.push(answer);
                    continue;
                }
                Ok(Some((failed, None))) => committee.next().or_else(|| {
                    (!twice.contains(&&failed.id)).then(|| {
                        twice.push(&failed.id);
                        failed
                    })
                }),
                Ok(None) => break,
                Err(_) => committee.next(),
            };
            asked.extend(next.map(ask));
        }
        Ok(answers)
    }

    /// Members that hold shares, this node first: its own share costs no round trip.
    pub(crate) fn committee<'a>(&self, key: &KeyDescriptor, members: &'a [Member]) -> Vec<&'a Member> {
        let mut committee: Vec<_> = members
            .iter()
            .filter(|member| member.is_active())
            .filter(|member| {
                member
                    .committee_index
                    .is_some_and(|index| key.verification_share(index).is_some())
            })
            .collect();
        committee.sort_by_key(|member| member.id != self.id);
        committee
    }

    async fn ask(
        &self,
        member: &Member,
        key: &KeyDescriptor,
        request: &Arc<EvalRequest>,
        blinded: &Arc<Blinded>,
    ) -> Option<VerifiedEvaluation> {
        let share = *key.verification_share(member.committee_index?)?;
        if member.id == self.id {
            let own = self.evaluate_own(&share, request, Arc::clone(blinded));
            return given(member, own.await);
        }
        let response = given(member, self.peers.evaluate(&member.id, request.encode()).await)?;
        let fed = self.trust.federation();
        let signed = SignedEvalResponse::decode(&response).ok()?;
        let verified = member
            .signing_keys
            .iter()
            .find_map(|key| signed.clone().verify(request, &fed, &member.id, key).ok());
        let section = verified?.sections().first()?.clone();
        let blinded = Arc::clone(blinded);
        let checked = self
            .gateway
            .compute(move || blinded.verify(&share, &section.evaluation))
            .await;
        match checked {
            Ok(Ok(evaluation)) => Some(evaluation),
            _ => {
                tracing::warn!(peer = %member.id, "a committee member's proof doesn't verify");
                None
            }
        }
    }
}

fn given<T, E: std::fmt::Display>(member: &Member, answer: Result<T, E>) -> Option<T> {
    answer
        .inspect_err(|error| {
            tracing::warn!(peer = %member.id, error = %error, "a committee member gave no evaluation");
        })
        .ok()
}

fn patience(elements: usize) -> Duration {
    HEDGE + HEDGE_PER_ELEMENT * u32::try_from(elements).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use lianfang_token::{MAX_ELEMENTS, padded_len};

    use super::*;

    /// What a member took for an element on a shared core (docs/benchmarks.md), and how many full sections it is sent at once.
    const EVALUATION: Duration = Duration::from_micros(60);
    const AT_ONCE: u32 = 4;

    #[test]
    fn a_member_that_is_at_work_on_full_sections_is_waited_for() {
        let work = EVALUATION * u32::try_from(MAX_ELEMENTS).unwrap() * AT_ONCE;
        assert!(patience(MAX_ELEMENTS) > 2 * work);
    }

    #[test]
    fn an_applicant_waits_no_longer_than_before_for_a_member_that_is_slow() {
        assert!(patience(padded_len(1)) < HEDGE + HEDGE / 10);
    }
}
