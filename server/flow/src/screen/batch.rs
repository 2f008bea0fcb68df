use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use lianfang_domain::verdict::ScreenedIdentifier;
use lianfang_token::message::Purpose;
use lianfang_wire::Problem;
use lianfang_wire::screening::{NewScreening, Screening, ScreeningResult};

use super::normalise::Normalised;
use crate::tokens::{Subject, TokenOutcome};
use crate::{Actor, FlowError, Node};

/// Lines that are screened at once.
const LINES_AT_ONCE: usize = 64;

/// Lines that are read where they are, as the one of a request of its own is: they needn't wait for a thread.
const FEW: usize = 8;

/// A line that can be screened.
struct Admitted {
    asked: NewScreening,
    normalised: Normalised,
}

/// Tokens of a line, if all of them could be had together with those of the others.
type Tokens = Option<Vec<TokenOutcome<ScreenedIdentifier>>>;

impl Node {
    /// Screens many subjects. Every line gets its own answer, in order; a bad line doesn't hold up the others. Tokens
    /// are asked for together, in as few and as full requests as there can be.
    pub async fn screen_lines(
        self: &Arc<Self>,
        actor: &Actor,
        lines: Vec<(u64, Result<NewScreening, Problem>)>,
    ) -> Vec<ScreeningResult> {
        let reference = |asked: &Result<NewScreening, Problem>| asked.as_ref().ok()?.client_reference.clone();
        let (names, asked): (Vec<_>, Vec<_>) = lines
            .into_iter()
            .map(|(line, asked)| ((line, reference(&asked)), asked))
            .unzip();
        let outcomes = match self.screen_all(actor, asked).await {
            Ok(outcomes) => outcomes,
            Err(error) => names.iter().map(|_| Err(error.problem())).collect(),
        };
        let result = |((line, client_reference), outcome): (_, Result<Screening, Problem>)| ScreeningResult {
            line,
            client_reference,
            problem: outcome.as_ref().err().cloned(),
            result: outcome.ok(),
        };
        names.into_iter().zip(outcomes).map(result).collect()
    }

    async fn screen_all(
        self: &Arc<Self>,
        actor: &Actor,
        asked: Vec<Result<NewScreening, Problem>>,
    ) -> Result<Vec<Result<Screening, Problem>>, FlowError> {
        let node = Arc::clone(self);
        let admit = move |asked: Result<NewScreening, Problem>| {
            let asked = asked?;
            let normalised = node.admit(&asked).map_err(|error| error.problem())?;
            Ok::<_, Problem>(Admitted { asked, normalised })
        };
        let admitted = match asked.len() {
            0..=FEW => asked.into_iter().map(admit).collect(),
            _ => self.gateway.compute_each(asked, admit).await?,
        };
        let tokens = self.tokens_together(&admitted).await;
        let outcomes = stream::iter(admitted.into_iter().zip(tokens))
            .map(|(admitted, tokens)| async move {
                let Admitted { asked, normalised } = admitted?;
                let answered = self.answer_admitted(actor, asked, normalised, tokens).await;
                answered
                    .map(|answered| answered.screening)
                    .map_err(|error| error.problem())
            })
            .buffered(LINES_AT_ONCE);
        Ok(outcomes.collect().await)
    }

    /// The tokens of each line. They are handed over and not looked up again: a batch may have more of them than the cache
    /// keeps of what is new. A line that misses one asks by itself, and says what is missing.
    async fn tokens_together(&self, lines: &[Result<Admitted, Problem>]) -> Vec<Tokens> {
        let admitted = || {
            lines
                .iter()
                .enumerate()
                .filter_map(|(place, line)| Some((place, line.as_ref().ok()?)))
        };
        if admitted().count() < 2 {
            return vec![None; lines.len()];
        }
        let subjects: Vec<_> = admitted()
            .flat_map(|(place, line)| {
                line.normalised.subjects.iter().map(move |subject| Subject {
                    canonical: subject.canonical.clone(),
                    tag: (place, subject.tag),
                })
            })
            .collect();
        let outcomes = match self.tokenise(Purpose::Screen, &subjects).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                tracing::warn!(error = %error, "tokens of a batch couldn't be fetched together");
                return vec![None; lines.len()];
            }
        };
        let mut tokens = vec![Some(Vec::new()); lines.len()];
        for outcome in outcomes {
            let (place, tag) = outcome.tag;
            let Some(of_line) = tokens.get_mut(place) else {
                continue;
            };
            match (&outcome.token, of_line.as_mut()) {
                (None, _) => *of_line = None,
                (Some(_), Some(of_line)) => of_line.push(outcome.with_tag(tag)),
                (Some(_), None) => {}
            }
        }
        tokens
    }
}
