//! From tokens to confirmed findings.

use std::collections::BTreeMap;
use std::sync::Arc;

use lianfang_domain::brake::Seen;
use lianfang_domain::lifecycle::Deadline;
use lianfang_domain::verdict::{Confirmed, ScreenedIdentifier};
use lianfang_encoding::NodeId;
use lianfang_store::PeerEntryState;
use lianfang_wire::record::VerifiedRecord;
use lianfang_wire::vocabulary::{DeadlineRule, StateName};

use super::test_publisher::TestAnswer;
use crate::confirm::{Confirmation, PossibleHit};
use crate::tokens::TokenOutcome;
use crate::{FlowError, Node};

/// What was found, and whom it couldn't be asked of.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) confirmed: Vec<Confirmed>,
    pub(super) unavailable: BTreeMap<NodeId, ScreenedIdentifier>,
    /// What the brake counts of this subject: publishers that hit it, and whether any record stood behind that.
    pub(super) seen: BTreeMap<NodeId, Seen>,
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
                Confirmation::Answered(publisher, records, tag) => {
                    note(&mut findings.seen, publisher, records.is_empty());
                    for record in records {
                        if let Some(confirmed) = self.confirmed(record, tag).await? {
                            findings.confirmed.push(confirmed);
                        }
                    }
                }
                Confirmation::Unavailable(publisher, tag) => {
                    findings.unavailable.entry(publisher).or_insert(tag);
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
                TestAnswer::Unavailable(publisher) => {
                    findings.unavailable.entry(publisher).or_insert(outcome.tag);
                }
                TestAnswer::Record(record) => {
                    findings
                        .confirmed
                        .extend(Confirmed::new(*record, outcome.tag, None, self.now()));
                }
            }
        }
        Ok(())
    }

    fn possible_hits(
        &self,
        tokens: Vec<TokenOutcome<ScreenedIdentifier>>,
    ) -> Vec<PossibleHit<ScreenedIdentifier>> {
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
                    tag: outcome.tag,
                });
            }
        }
        hits
    }

    async fn confirmed(
        &self,
        record: VerifiedRecord,
        tag: ScreenedIdentifier,
    ) -> Result<Option<Confirmed>, FlowError> {
        let (publisher, entry) = (record.iss.clone(), record.entry);
        let reported = self
            .gateway
            .store(move |store| store.peer_entry_state(&publisher, entry))
            .await?;
        let newer = reported
            .filter(|reported| reported.seq > record.seq)
            .and_then(|reported| state(&reported));
        Ok(Confirmed::new(record, tag, newer, self.now()))
    }
}

fn state(reported: &PeerEntryState) -> Option<(StateName, Option<Deadline>)> {
    let name = StateName::from_number(u8::try_from(reported.state).ok()?)?;
    let rule = reported
        .rule
        .and_then(|rule| u8::try_from(rule).ok())
        .and_then(DeadlineRule::from_number);
    Some((
        name,
        reported
            .deadline
            .zip(rule)
            .map(|(due, rule)| Deadline { due, rule }),
    ))
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
