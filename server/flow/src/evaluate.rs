//! The committee's side of a token (PROTOCOL.md §2): budget first, then the share's evaluation with its proof.

use std::collections::BTreeMap;
use std::sync::Arc;

use lianfang_encoding::{Class, NodeId};
use lianfang_store::{Charge, Purse};
use lianfang_token::message::{
    EvalError, EvalRequest, EvalResponse, MessageError, Purpose, RequestSection, ResponseSection,
};
use lianfang_token::{Blinded, Evaluation, KeyShare, TokenError, VerificationShare, VerifiedEvaluation};
use lianfang_wire::ProblemType;
use lianfang_wire::membership::Membership;

use crate::keys::HeldShare;
use crate::trust::{active_member, key_by_id};
use crate::{FlowError, Node};

impl Node {
    /// Evaluates a member's blinded elements. The node learns the member, the time, the classes and the
    /// padded sizes, and nothing else.
    ///
    /// # Errors
    /// [`FlowError::Evaluation`], or a malformed message.
    pub async fn evaluate(self: &Arc<Self>, caller: &NodeId, message: &[u8]) -> Result<Vec<u8>, FlowError> {
        let request = EvalRequest::decode(message).map_err(malformed)?;
        let document = self.document();
        let answer = self.answer_member(&document.document, caller, &request);
        self.for_member(&document.document, caller, &request, answer)
            .await
    }

    /// The same for a batch that this node has blinded itself: charged and counted alike, but proven to nobody and not sent.
    pub(crate) async fn evaluate_own(
        &self,
        named: &VerificationShare,
        request: &EvalRequest,
        blinded: Arc<Blinded>,
    ) -> Result<VerifiedEvaluation, FlowError> {
        let document = self.document();
        let answer = async {
            self.check_standing()?;
            let share = self.own_share(named, request)?;
            let classes = self.classes_of(&document.document, request)?;
            self.charge(&self.id, request, &classes).await?;
            self.gateway.compute(move || blinded.evaluate(&share)).await
        };
        self.for_member(&document.document, &self.id, request, answer)
            .await
    }

    /// Waits for `answer` if the caller is a member, and counts what became of it.
    async fn for_member<T>(
        &self,
        document: &Membership,
        caller: &NodeId,
        request: &EvalRequest,
        answer: impl Future<Output = Result<T, FlowError>>,
    ) -> Result<T, FlowError> {
        if active_member(document, caller).is_none() {
            return Err(EvalError::NotMember.into());
        }
        let evaluated = answer.await;
        let outcome = evaluated.as_ref().map_or_else(FlowError::code, |_| "answered");
        let elements = request
            .sections()
            .iter()
            .map(|section| section.elements.len() as u64);
        self.tally.evaluated(caller, outcome, elements.sum());
        evaluated
    }

    async fn answer_member(
        &self,
        document: &Membership,
        caller: &NodeId,
        request: &EvalRequest,
    ) -> Result<Vec<u8>, FlowError> {
        let signing = self.signing()?;
        let classes = self.classes_of(document, request)?;
        let left = self.charge(caller, request, &classes).await?;
        let mut sections = Vec::new();
        for ((place, section), class) in request.sections().iter().enumerate().zip(&classes) {
            sections.push(ResponseSection {
                key_id: section.key_id,
                generation: section.generation,
                evaluation: self.evaluate_section(place, section).await?,
                budget_left: left.get(class).copied().unwrap_or_default(),
            });
        }
        let response = EvalResponse::new(sections)
            .map_err(|_| FlowError::Internal("an evaluation response is out of bounds"))?;
        let fed = self.trust.federation();
        Ok(response.sign(request, &fed, &self.id, signing).encode())
    }

    /// The share that this node holds of the key, if it is the one that the key names as its: no proof shows it afterwards.
    fn own_share(&self, named: &VerificationShare, request: &EvalRequest) -> Result<KeyShare, FlowError> {
        let section = request.sections().first();
        let section = section.ok_or(FlowError::Internal("an evaluation request is empty"))?;
        let share = &self.share_for(section)?.share;
        match share.verification_share() == named {
            true => Ok(share.clone()),
            false => Err(FlowError::Internal(
                "the share of a token key that is kept here isn't the key's",
            )),
        }
    }

    /// The class of each section's key, of which this node holds a share.
    fn classes_of(&self, document: &Membership, request: &EvalRequest) -> Result<Vec<Class>, FlowError> {
        let class_of = |section: &RequestSection| {
            let key = key_by_id(document, &section.key_id).ok_or(EvalError::UnknownKey)?;
            self.share_for(section)?;
            Ok(key.fields().class)
        };
        request.sections().iter().map(class_of).collect()
    }

    fn share_for(&self, section: &RequestSection) -> Result<&HeldShare, FlowError> {
        let mut held = self
            .keys
            .shares
            .iter()
            .filter(|share| share.key_id == section.key_id)
            .peekable();
        let current = held
            .peek()
            .map(|share| share.generation)
            .ok_or(EvalError::UnknownKey)?;
        held.find(|share| share.generation == section.generation)
            .ok_or(FlowError::Evaluation(EvalError::StaleGeneration { current }))
    }

    /// Charges the whole request before any element is looked at, per class.
    async fn charge(
        &self,
        caller: &NodeId,
        request: &EvalRequest,
        classes: &[Class],
    ) -> Result<BTreeMap<Class, u32>, FlowError> {
        let mut costs: BTreeMap<Class, u64> = BTreeMap::new();
        for (section, class) in request.sections().iter().zip(classes) {
            *costs.entry(*class).or_default() += section.elements.len() as u64;
        }
        let mut left = BTreeMap::new();
        for (class, elements) in costs {
            let rate = self.settings.budget(class).rate();
            let (member, now) = (caller.clone(), self.now());
            let number = i16::from(class.number());
            let purse = purse(request.purpose());
            let charge = self
                .gateway
                .store(move |store| store.charge(&member, number, elements, purse, rate, now))
                .await?;
            match charge {
                Charge::Charged { left: rest } => {
                    left.insert(class, u32::try_from(rest).unwrap_or(u32::MAX));
                }
                Charge::Over { retry_after } => {
                    let seconds = retry_after.map_or(u32::MAX, |wait| {
                        u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u32::MAX)
                    });
                    return Err(EvalError::OverBudget { retry_after: seconds }.into());
                }
            }
        }
        Ok(left)
    }

    async fn evaluate_section(
        &self,
        place: usize,
        section: &RequestSection,
    ) -> Result<Evaluation, FlowError> {
        let share = self.share_for(section)?.share.clone();
        let elements = section.elements.clone();
        let mut rng = self.randomness.rng();
        let evaluated = self
            .gateway
            .compute(move || share.evaluate(&elements, &mut rng))
            .await?;
        evaluated.map_err(|error| match error {
            TokenError::BadElement { index } => EvalError::BadElement {
                section: u8::try_from(place).unwrap_or(u8::MAX),
                index: u16::try_from(index).unwrap_or(u16::MAX),
            }
            .into(),
            _ => FlowError::Internal("a key share couldn't be used"),
        })
    }
}

/// What is published and watched is paid from a credit first, if there is one. The purpose is the caller's word.
fn purse(purpose: Purpose) -> Purse {
    match purpose {
        Purpose::Screen => Purse::Bucket,
        Purpose::Publish | Purpose::Roster => Purse::CreditFirst,
    }
}

fn malformed(error: MessageError) -> FlowError {
    let kind = match error {
        MessageError::Version => ProblemType::UnsupportedVersion,
        _ => ProblemType::Malformed,
    };
    FlowError::because(kind, error.to_string())
}
