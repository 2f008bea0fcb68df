use std::sync::Arc;

use lianfang_screener::Roster;

use crate::{FlowError, Node};

const PAGE: usize = 50_000;

type Run = Roster<Vec<u8>>;

/// The roster's tokens in memory, in sorted runs each at most half as long as the one before: what is added costs a
/// logarithm, and matching looks at few runs. A token whose subject has left stays until the next start; its hits find
/// no subject and come to nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct WatchedTokens {
    runs: Vec<Arc<Run>>,
}

impl WatchedTokens {
    /// The runs, to be matched without holding anybody up.
    pub(super) fn runs(&self) -> Vec<Arc<Run>> {
        self.runs.clone()
    }

    /// Adds tokens in any order.
    pub(super) fn add(&mut self, mut tokens: Vec<[u8; 32]>) {
        tokens.sort_unstable();
        tokens.dedup();
        while let Some(last) = self.runs.last() {
            if last.tokens().len() >= tokens.len().saturating_mul(2) {
                break;
            }
            tokens = merged(last.tokens(), &tokens);
            self.runs.pop();
        }
        if tokens.is_empty() {
            return;
        }
        match Roster::new(tokens.concat()) {
            Ok(run) => self.runs.push(Arc::new(run)),
            Err(error) => tracing::error!(error = %error, "tokens of the roster aren't in order"),
        }
    }
}

fn merged(one: &[[u8; 32]], other: &[[u8; 32]]) -> Vec<[u8; 32]> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        let (first, both) = (*a.min(b), a == b);
        let from_one = first == *a;
        merged.push(*first);
        if from_one || both {
            one.next();
        }
        if !from_one || both {
            other.next();
        }
    }
    merged.extend(one);
    merged.extend(other);
    merged
}

impl Node {
    /// Tokens that have just been stored are matched from now on.
    pub(super) async fn watch_tokens(&self, tokens: Vec<[u8; 32]>) -> Result<(), FlowError> {
        let mut watched = self.watch.tokens.lock().await;
        // Not loaded yet: the load finds them in the store.
        if let Some(held) = watched.take() {
            let grown = self.gateway.compute(move || {
                let mut grown = held;
                grown.add(tokens);
                grown
            });
            *watched = Some(grown.await?);
        }
        Ok(())
    }

    /// What is in memory of the roster may lack what the store has: it is read again, and the next run matches everything.
    pub(super) async fn watch_afresh(&self) {
        *self.watch.tokens.lock().await = None;
        self.watch_anew();
    }

    /// The runs of the roster's tokens, loaded when they are first needed.
    pub(super) async fn watched_runs(&self) -> Result<Vec<Arc<Run>>, FlowError> {
        let mut watched = self.watch.tokens.lock().await;
        if let Some(held) = watched.as_ref() {
            return Ok(held.runs());
        }
        let mut all = Vec::new();
        loop {
            let after = all.last().copied();
            let page = self
                .gateway
                .store(move |store| store.monitored_tokens_page(after.as_ref(), PAGE))
                .await?;
            let more = page.len() == PAGE;
            all.extend(page);
            if !more {
                break;
            }
        }
        let mut loaded = WatchedTokens::default();
        loaded.add(all);
        let runs = loaded.runs();
        *watched = Some(loaded);
        Ok(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u8) -> [u8; 32] {
        [number; 32]
    }

    #[test]
    fn whatever_was_added_in_any_order_is_in_exactly_one_run() {
        let mut watched = WatchedTokens::default();
        for number in [9, 1, 200, 7, 7, 3, 1, 250, 0] {
            watched.add(vec![token(number)]);
        }
        watched.add(vec![token(8), token(9), token(2)]);
        let mut found: Vec<_> = watched
            .runs()
            .iter()
            .flat_map(|run| run.tokens().to_vec())
            .collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, [0, 1, 2, 3, 7, 8, 9, 200, 250].map(token));
    }

    #[test]
    fn runs_stay_few() {
        let mut watched = WatchedTokens::default();
        for number in 0_u32..1_000 {
            watched.add(vec![lianfang_encoding::sha256(&number.to_be_bytes())]);
        }
        assert!(watched.runs().len() <= 11, "{}", watched.runs().len());
        let all: usize = watched.runs().iter().map(|run| run.tokens().len()).sum();
        assert_eq!(all, 1_000);
    }
}
