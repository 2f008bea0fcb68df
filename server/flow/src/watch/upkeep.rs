use std::sync::Arc;
use std::sync::atomic::Ordering;

use lianfang_store::{Due, MonitoredSubject};

use crate::{FlowError, Node};

/// Subjects looked through at once.
const PART: usize = 500;

/// What a run of the watch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WatchReport {
    /// Subjects whose missing tokens were asked for.
    pub tokenised: usize,
    /// Possible hits that were answered.
    pub confirmed: usize,
    /// Alerts that ended by themselves.
    pub closed: usize,
}

impl Node {
    /// Lists have come into force without having arrived, for instance those of a publisher that was quarantined: the
    /// next [`Node::watch_roster`] matches the whole roster.
    pub fn watch_anew(&self) {
        self.watch.behind.store(true, Ordering::Release);
    }

    /// Does what waits: tokens that were missing, what has arrived without having been matched (after every start
    /// something may have, and while the clock was in doubt), hits whose publishers couldn't be asked, alerts whose entries time has ended.
    ///
    /// # Errors
    /// When the store fails; what wasn't done waits for the next run.
    pub async fn watch_roster(self: &Arc<Self>) -> Result<WatchReport, FlowError> {
        let in_doubt = self.is_clock_in_doubt().await?;
        if self.watch.clock_in_doubt.swap(in_doubt, Ordering::AcqRel) && !in_doubt {
            self.watch_anew();
        }
        let ended = self.close_ended().await?;
        let closed = ended.len();
        if let Err(error) = self.match_subjects(ended).await {
            self.watch.behind.store(true, Ordering::Release);
            return Err(error);
        }
        let tokenised = self.tokenise_roster().await;
        if tokenised.is_err() {
            self.watch_afresh().await;
        }
        let tokenised = tokenised?;
        if self.watch.behind.swap(false, Ordering::AcqRel)
            && let Err(error) = self.match_everything().await
        {
            self.watch.behind.store(true, Ordering::Release);
            return Err(error);
        }
        Ok(WatchReport {
            tokenised,
            confirmed: self.confirm_hits_due(self.now()).await?,
            closed,
        })
    }

    /// Matches the whole roster against everything in force, and hears the status feeds again.
    async fn match_everything(self: &Arc<Self>) -> Result<(), FlowError> {
        self.hear_again().await?;
        let mut after = String::new();
        loop {
            let from = after.clone();
            let part = self
                .gateway
                .store(move |store| store.subjects_page(&from, PART))
                .await?;
            let Some(last) = part.last() else { return Ok(()) };
            after.clone_from(last);
            self.match_subjects(part).await?;
        }
    }

    /// Asks for tokens that are missing, those of a new key among them. Nobody gives any while no key is in force.
    async fn tokenise_roster(self: &Arc<Self>) -> Result<usize, FlowError> {
        if !self.has_token_key() {
            return Ok(0);
        }
        self.notice_new_keys().await?;
        let (until, mut done) = (self.now(), 0);
        loop {
            let due = Due {
                until,
                beyond: self.now() + 2 * self.settings.roster.retry,
            };
            let part = self
                .gateway
                .store(move |store| store.subjects_to_tokenise(due, PART))
                .await?;
            if part.is_empty() {
                return Ok(done);
            }
            done += part.len();
            self.tokenise_part(part).await?;
        }
    }

    async fn tokenise_part(self: &Arc<Self>, part: Vec<MonitoredSubject>) -> Result<(), FlowError> {
        let mut prepared = Vec::with_capacity(part.len());
        for row in &part {
            let subject = self.open_subject(row)?;
            prepared.extend(self.prepare_subject(row.client_reference.clone(), subject).ok());
        }
        let missing = self.missing_tokens(&prepared).await?;
        let (fresh, missing) = self.fetch_missing(missing).await?;
        let (retry, keys) = (self.now() + self.settings.roster.retry, self.keys_kept());
        let incomplete = missing.subjects();
        let references: Vec<_> = part.iter().map(|row| row.client_reference.clone()).collect();
        let updates: Vec<_> = part
            .into_iter()
            .map(|row| {
                let tokens: Vec<_> = fresh
                    .iter()
                    .filter(|token| token.client_reference == row.client_reference)
                    .cloned()
                    .collect();
                let still = incomplete.contains(row.client_reference.as_str());
                let row = MonitoredSubject {
                    retry_at: still.then_some(retry),
                    ..row
                };
                (row, tokens)
            })
            .collect();
        self.gateway
            .store(move |store| {
                for (row, tokens) in updates {
                    store.add_subject_tokens(&row, tokens, &keys)?;
                }
                Ok(())
            })
            .await?;
        self.watch_tokens(fresh.iter().map(|row| row.token).collect())
            .await?;
        self.match_subjects(references).await
    }
}
