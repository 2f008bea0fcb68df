//! From tokens to confirmed findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lianfang_domain::brake::Seen;
use lianfang_domain::verdict::{Confirmed, ScreenedIdentifier, Unanswered};
use lianfang_encoding::{NodeId, SubjectType};
use lianfang_wire::record::VerifiedRecord;

use super::test_publisher::TestAnswer;
use crate::confirm::{Confirmation, PossibleHit};
use crate::tokens::TokenOutcome;
use crate::{FlowError, Node};

/// What was found, and whom it couldn't be asked of.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) confirmed: Vec<Confirmed>,
    pub(super) unanswered: Vec<Unanswered>,
    /// What the brake counts of this subject: publishers that hit it, and whether any record stood behind that.
    pub(super) seen: BTreeMap<NodeId, Seen>,
}

impl Findings {
    /// Publishers that couldn't be asked.
    pub(super) fn unreachable(&self) -> BTreeSet<NodeId> {
        let publishers = self.unanswered.iter().map(|hit| hit.publisher.clone());
        publishers.collect()
    }
}

impl Node {
    /// Looks every token up in every digest and confirms what may be a hit.
    pub(super) async fn findings(
        self: &Arc<Self>,
        tokens: Vec<TokenOutcome<ScreenedIdentifier>>,
    ) -> Result<Findings, FlowError> {
        let mut findings = Findings::default();
        self.ask_test_publisher(&tokens, &mut findings)?;
        let hits = self.possible_hits(tokens);
        for confirmation in self.confirm_hits(hits).await? {
            match confirmation {
                Confirmation::Answered(publisher, records, asked) => {
                    note(&mut findings.seen, publisher, records.is_empty());
                    self.add_confirmed(records, asked.identifier, &mut findings)
                        .await?;
                }
                Confirmation::Unavailable(records, asked) => {
                    self.add_confirmed(records, asked.identifier, &mut findings)
                        .await?;
                    findings.unanswered.push(asked);
                }
            }
        }
        Ok(findings)
    }

    fn ask_test_publisher(
        &self,
        tokens: &[TokenOutcome<ScreenedIdentifier>],
        findings: &mut Findings,
    ) -> Result<(), FlowError> {
        for outcome in tokens {
            let Some(token) = &outcome.token else { continue };
            match self.test_publisher(outcome, token)? {
                TestAnswer::Nothing => {}
                TestAnswer::Unavailable(publisher) => findings.unanswered.push(Unanswered {
                    publisher,
                    subject_type: SubjectType::Seller,
                    kind: outcome.canonical.kind,
                    level: outcome.canonical.level,
                    identifier: outcome.tag,
                }),
                TestAnswer::Record(record) => {
                    findings
                        .confirmed
                        .extend(Confirmed::new(*record, outcome.tag, None, self.now()));
                }
            }
        }
        Ok(())
    }

    fn possible_hits(&self, tokens: Vec<TokenOutcome<ScreenedIdentifier>>) -> Vec<PossibleHit<Unanswered>> {
        let index = self.index.load();
        let now = self.now();
        let mut hits = Vec::new();
        for outcome in tokens {
            let Some(token) = outcome.token else { continue };
            let kind = outcome.canonical.kind;
            let key_id = *outcome.key_id.as_bytes();
            for list in index.lookup(token.as_bytes(), &key_id, kind.number(), now) {
                hits.push(PossibleHit {
                    list: Arc::clone(list),
                    token: Arc::clone(&token),
                    key_id: outcome.key_id,
                    kind,
                    level: outcome.canonical.level,
                    found_at: None,
                    subject: 0,
                    // What it stays until it is answered.
                    tag: Unanswered {
                        publisher: list.id.publisher.clone(),
                        subject_type: list.id.subject_type,
                        kind,
                        level: outcome.canonical.level,
                        identifier: outcome.tag,
                    },
                });
            }
        }
        hits
    }

    async fn add_confirmed(
        &self,
        records: Vec<VerifiedRecord>,
        identifier: ScreenedIdentifier,
        findings: &mut Findings,
    ) -> Result<(), FlowError> {
        let reported = self.reported_since(&records).await?;
        for (record, newer) in records.into_iter().zip(reported) {
            let confirmed = Confirmed::new(record, identifier, newer, self.now());
            findings.confirmed.extend(confirmed);
        }
        Ok(())
    }
}

/// One subject counts once for a publisher, and as unfounded only while no record was found.
fn note(seen: &mut BTreeMap<NodeId, Seen>, publisher: NodeId, unfounded: bool) {
    let before = seen.get(&publisher).is_none_or(|seen| seen.unfounded > 0);
    let counted = Seen {
        looked_up: 0,
        hits: 1,
        unfounded: u64::from(before && unfounded),
    };
    seen.insert(publisher, counted);
}
