use std::sync::Arc;

use lianfang_domain::check_subject;
use lianfang_domain::verdict::{Policy, ScreenedIdentifier, Situation, decide};
use lianfang_store::{PeerRow, ScreeningRow};
use lianfang_token::message::Purpose as TokenPurpose;
use lianfang_wire::ProblemType;
use lianfang_wire::screening::{
    IdentifierOutcome, IdentifierStatus, NewScreening, Reason, ReasonCode, Screening,
};
use lianfang_wire::vocabulary::{Purpose, VerdictName};
use tracing::Instrument as _;
use uuid::Uuid;

use super::answer::{recommended, risk_tier};
use super::basis::Basis;
use super::findings::Findings;
use super::keep::Unsigned;
use super::normalise::{Normalised, normalise};
use crate::peers::quarantined;
use crate::randomness::{appeal_code, timed_id};
use crate::tokens::TokenOutcome;
use crate::traced::TRACE;
use crate::trust::operators;
use crate::{Actor, FlowError, Node};

/// A screening and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub screening: Screening,
    /// Its JSON as it is kept; its receipt is about this very text.
    pub text: String,
}

impl Node {
    /// Screens a subject against every digest that counts here.
    ///
    /// # Errors
    /// Every broken rule of the input, or that not a single identifier could be read.
    pub async fn screen(
        self: &Arc<Self>,
        actor: &Actor,
        asked: NewScreening,
    ) -> Result<Screening, FlowError> {
        self.answer_screening(actor, asked)
            .await
            .map(|answer| answer.screening)
    }

    /// [`Node::screen`], with the text that the receipt is about.
    ///
    /// # Errors
    /// Those of [`Node::screen`].
    pub async fn answer_screening(
        self: &Arc<Self>,
        actor: &Actor,
        asked: NewScreening,
    ) -> Result<Answered, FlowError> {
        let normalised = self.admit(&asked)?;
        self.answer_admitted(actor, asked, normalised, None).await
    }

    /// Checks what is asked and reads its identifiers.
    pub(super) fn admit(&self, asked: &NewScreening) -> Result<Normalised, FlowError> {
        self.check_standing()?;
        check_subject(&asked.subject, asked.client_reference.as_deref()).map_err(FlowError::Invalid)?;
        let normalised = normalise(&asked.subject);
        if normalised.subjects.is_empty() {
            return Err(nothing_screened(&normalised.outcomes));
        }
        Ok(normalised)
    }

    /// Answers what was admitted. Without `tokens` of its subjects it asks for them.
    pub(super) async fn answer_admitted(
        self: &Arc<Self>,
        actor: &Actor,
        asked: NewScreening,
        mut normalised: Normalised,
        tokens: Option<Vec<TokenOutcome<ScreenedIdentifier>>>,
    ) -> Result<Answered, FlowError> {
        let tokens = match tokens {
            Some(tokens) => tokens,
            None => self.tokenise(TokenPurpose::Screen, &normalised.subjects).await?,
        };
        let without_token = mark_unavailable(&mut normalised, &tokens);
        let findings = self.findings(tokens).await?;
        self.count_hits(findings.lookups, &findings.seen);
        let screening = self.conclude(&asked, normalised, findings, without_token).await?;
        let answered = self.keep(actor, asked.purpose, screening).await?;
        self.tally
            .screened(answered.screening.verdict, answered.screening.complete);
        Ok(answered)
    }

    /// An earlier answer.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn screening(&self, id: Uuid) -> Result<Screening, FlowError> {
        let text = self.screening_text(id).await?;
        serde_json::from_str(&text).map_err(|_| FlowError::Internal("a stored screening can't be read"))
    }

    /// An earlier answer, JSON as it was given.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn screening_text(&self, id: Uuid) -> Result<String, FlowError> {
        let row = self.gateway.store(move |store| store.screening(id)).await?;
        Ok(row.response)
    }

    async fn conclude(
        &self,
        asked: &NewScreening,
        normalised: Normalised,
        findings: Findings,
        without_token: Vec<u32>,
    ) -> Result<Screening, FlowError> {
        let now = self.now();
        let unreachable = findings.unreachable();
        let asked_links = self.link_keys(&normalised.subjects);
        let keys = asked_links.keys().copied().collect();
        let Basis { peers, links } = self.basis(keys).await?;
        let (publishers, all_recent) = self.consulted(&peers, &unreachable);
        let situation = Situation {
            links: self.own_links(&normalised.subjects, &asked_links, links).await?,
            ..self.situation(asked, &findings, &without_token, &peers)
        };
        let complete = without_token.is_empty()
            && findings.unanswered.is_empty()
            && all_recent
            && normalised
                .outcomes
                .iter()
                .all(|outcome| outcome.status == IdentifierStatus::Screened);
        let verdict = decide(findings.confirmed, &self.settings.policy, &situation);
        let name = verdict.name();
        Ok(Screening {
            id: timed_id(self.randomness.as_ref(), now),
            client_reference: asked.client_reference.clone(),
            verdict: name,
            mode: self.settings.mode,
            complete,
            identifiers: normalised.outcomes,
            reasons: verdict.into_reasons(),
            publishers,
            risk_tier: risk_tier(name),
            recommended: recommended(name, complete),
            policy_version: Policy::VERSION.to_owned(),
            evaluated_at: now,
            valid_until: now + self.settings.verdict_life,
            appeal_reference: (name != VerdictName::Clear).then(|| appeal_code(self.randomness.as_ref())),
            test: normalised.test,
            receipt: String::new(),
            receipt_proof: None,
        })
    }

    fn situation(
        &self,
        asked: &NewScreening,
        findings: &Findings,
        without_token: &[u32],
        peers: &[PeerRow],
    ) -> Situation {
        let document = self.document();
        let found_by = findings.confirmed.iter().map(|found| &found.record().iss);
        let without_token = without_token.iter().map(|index| Reason {
            identifier_index: Some(*index),
            ..Reason::of(ReasonCode::TokensUnavailable)
        });
        Situation {
            natural_person: asked.subject.natural_person,
            membership_expired: document.document.expires <= self.now(),
            clock_off: self.clock_standing(peers).is_off(),
            quarantined: quarantined(peers),
            operators: operators(&document.document, found_by),
            without_token: without_token.collect(),
            unanswered: findings.unanswered.clone(),
            on_unavailable: asked.on_unavailable,
            links: Vec::new(),
        }
    }

    async fn keep(
        self: &Arc<Self>,
        actor: &Actor,
        purpose: Purpose,
        mut screening: Screening,
    ) -> Result<Answered, FlowError> {
        let row = ScreeningRow {
            id: screening.id,
            client_reference: screening.client_reference.clone(),
            purpose: i16::from(purpose.number()),
            verdict: i16::from(screening.verdict.number()),
            mode: i16::from(screening.mode.number()),
            complete: screening.complete,
            response: serde_json::to_string(&screening)
                .map_err(|_| FlowError::Internal("a screening can't be written as JSON"))?,
            actor: actor.name.clone(),
            created_at: screening.evaluated_at,
            decision: None,
        };
        let span = tracing::info_span!(target: TRACE, "keep");
        let unsigned = Unsigned {
            node: Arc::clone(self),
            row,
        };
        let kept = self
            .journal
            .call(&self.gateway, unsigned)
            .instrument(span)
            .await?;
        screening.receipt = kept.receipt;
        screening.receipt_proof = Some(kept.proof);
        Ok(Answered {
            screening,
            text: kept.text,
        })
    }
}

fn nothing_screened(outcomes: &[IdentifierOutcome]) -> FlowError {
    let why: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            format!(
                "/subject/identifiers/{}: {}",
                outcome.index,
                outcome.reason.as_deref().unwrap_or("rejected")
            )
        })
        .collect();
    FlowError::because(
        ProblemType::NothingScreened,
        format!(
            "{}. `lianfang identifier explain` shows what each rule expects.",
            why.join("; ")
        ),
    )
}

/// Marks identifiers none of whose forms has a token; returns their places.
fn mark_unavailable(normalised: &mut Normalised, tokens: &[TokenOutcome<ScreenedIdentifier>]) -> Vec<u32> {
    let missing = |index: u32| {
        let mut own = tokens
            .iter()
            .filter(|outcome| outcome.tag.index == index)
            .peekable();
        own.peek().is_none() || own.any(|outcome| outcome.token.is_none())
    };
    let mut places = Vec::new();
    for outcome in &mut normalised.outcomes {
        if outcome.status == IdentifierStatus::Screened && missing(outcome.index) {
            outcome.status = IdentifierStatus::Unavailable;
            outcome.reason = Some("tokens_unavailable".to_owned());
            places.push(outcome.index);
        }
    }
    places
}
