use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use lianfang_domain::check_subject;
use lianfang_token::message::Purpose;
use lianfang_wire::Problem;
use lianfang_wire::screening::{NewScreening, ScreeningResult};

use super::normalise;
use crate::{Actor, FlowError, Node};

/// Lines that are screened at once.
const LINES_AT_ONCE: usize = 16;

impl Node {
    /// Screens many subjects. Every line gets its own answer, in order; a bad line doesn't hold up the others. Tokens
    /// are asked for together, in as few and as full requests as there can be.
    pub async fn screen_lines(
        self: &Arc<Self>,
        actor: &Actor,
        lines: Vec<(u64, Result<NewScreening, Problem>)>,
    ) -> Vec<ScreeningResult> {
        if lines.len() > 1 {
            // Without them each line asks by itself, and says what is missing.
            if let Err(error) = self.fetch_ahead(&lines).await {
                tracing::warn!(error = %error, "tokens of a batch couldn't be fetched together");
            }
        }
        stream::iter(lines)
            .map(|(line, asked)| self.screen_line(actor, line, asked))
            .buffered(LINES_AT_ONCE)
            .collect()
            .await
    }

    async fn screen_line(
        self: &Arc<Self>,
        actor: &Actor,
        line: u64,
        asked: Result<NewScreening, Problem>,
    ) -> ScreeningResult {
        let client_reference = asked
            .as_ref()
            .ok()
            .and_then(|asked| asked.client_reference.clone());
        let outcome = match asked {
            Ok(asked) => self.screen(actor, asked).await.map_err(|error| error.problem()),
            Err(problem) => Err(problem),
        };
        let (result, problem) = match outcome {
            Ok(screening) => (Some(screening), None),
            Err(problem) => (None, Some(problem)),
        };
        ScreeningResult {
            line,
            client_reference,
            result,
            problem,
        }
    }

    /// Puts the tokens of all lines into the cache, where each line finds its own.
    async fn fetch_ahead(&self, lines: &[(u64, Result<NewScreening, Problem>)]) -> Result<(), FlowError> {
        let good = lines.iter().filter_map(|(_, asked)| asked.as_ref().ok());
        let subjects: Vec<_> = good
            .filter(|asked| check_subject(&asked.subject, asked.client_reference.as_deref()).is_ok())
            .map(|asked| asked.subject.clone())
            .collect();
        let normalised = self
            .gateway
            .compute_each(subjects, |subject| normalise(&subject).subjects)
            .await?;
        let subjects: Vec<_> = normalised.into_iter().flatten().collect();
        self.tokenise(Purpose::Screen, &subjects).await.map(drop)
    }
}
