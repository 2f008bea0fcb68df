//! From tokens to confirmed findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lianfang_domain::brake::Seen;
use lianfang_domain::verdict::{Confirmed, ScreenedIdentifier, Unanswered, speaks_alone, told_twice};
use lianfang_encoding::{NodeId, SubjectType, Transcript};
use lianfang_identifier::{Level, Strength};
use lianfang_token::confirm_key;
use lianfang_wire::record::VerifiedRecord;

use super::test_publisher::TestAnswer;
use crate::brake::day;
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
    /// Tokens that were looked up and could have hit by themselves.
    pub(super) lookups: u64,
}

/// A possible hit: what it stays until it is answered.
#[derive(Clone)]
struct Asked {
    hit: Unanswered,
    /// Its confirmation key: the token and the publisher in one.
    key: [u8; 32],
}

impl Asked {
    /// A strong identifier is one subject's; a domain, a telephone or an account may be that of many.
    fn counts_once_for(&self, subject: &[u8; 32]) -> [u8; 32] {
        let is_strong = lianfang_identifier::info(self.hit.kind).strength == Strength::Strong;
        if is_strong && self.hit.level == Level::Strict {
            return self.key;
        }
        let shared = Transcript::new("lianfang/hit-of-subject/v1").bytes(&self.key);
        shared.bytes(subject).sha256()
    }
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
        findings.lookups = tokens.iter().filter(|outcome| is_telling(outcome)).count() as u64;
        let subject = subject_of(&tokens);
        let hits = self.possible_hits(tokens);
        for confirmation in self.confirm_hits(hits).await? {
            match confirmation {
                Confirmation::Answered(records, asked) => {
                    self.note_hit(&mut findings.seen, &asked, &subject, records.is_empty());
                    self.add_confirmed(records, asked.hit.identifier, &mut findings)
                        .await?;
                }
                Confirmation::Partly(records, asked) | Confirmation::Unavailable(records, asked) => {
                    self.add_confirmed(records, asked.hit.identifier, &mut findings)
                        .await?;
                    findings.unanswered.push(asked.hit);
                }
            }
        }
        for (publisher, entry) in told_twice(&findings.confirmed) {
            let told = Transcript::new("lianfang/told-twice/v1").bytes(publisher.as_str().as_bytes());
            let told = told.bytes(entry.as_bytes()).bytes(&subject).sha256();
            if self.counters.is_new_hit(told, day(self.now())) {
                note(&mut findings.seen, publisher, false);
            }
        }
        // Whose record stands behind one hit of a subject did nothing wrong with another.
        let founded: BTreeSet<_> = findings
            .confirmed
            .iter()
            .map(|found| &found.record().iss)
            .collect();
        findings
            .seen
            .retain(|publisher, seen| seen.unfounded == 0 || !founded.contains(publisher));
        Ok(findings)
    }

    /// Counts a hit for the brake if it could call for a person by itself: brands are on many honest offers, and a name or
    /// a genuine item that is listed is no fault of who lists it. What is looked up again is no further hit.
    fn note_hit(
        &self,
        seen: &mut BTreeMap<NodeId, Seen>,
        asked: &Asked,
        subject: &[u8; 32],
        unfounded: bool,
    ) {
        let hit = &asked.hit;
        if !speaks_alone(hit.kind, hit.level, hit.subject_type) {
            return;
        }
        let today = day(self.now());
        let is_new = match unfounded {
            true => self.counters.is_new_wrong_hit(asked.key, today),
            false => self.counters.is_new_hit(asked.counts_once_for(subject), today),
        };
        if is_new {
            note(seen, hit.publisher.clone(), unfounded);
        }
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

    fn possible_hits(&self, tokens: Vec<TokenOutcome<ScreenedIdentifier>>) -> Vec<PossibleHit<Asked>> {
        let index = self.index.load();
        let (fed, now) = (self.trust.federation(), self.now());
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
                    tag: Asked {
                        hit: Unanswered {
                            publisher: list.id.publisher.clone(),
                            subject_type: list.id.subject_type,
                            kind,
                            level: outcome.canonical.level,
                            identifier: outcome.tag,
                        },
                        key: confirm_key(&token, &fed, &list.id.publisher, &outcome.key_id),
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
        if records.is_empty() {
            return Ok(());
        }
        let ends_by = self.ending_time().await?;
        let reported = self.reported_since(&records).await?;
        for (record, newer) in records.into_iter().zip(reported) {
            let confirmed = Confirmed::new(record, identifier, newer, ends_by);
            findings.confirmed.extend(confirmed);
        }
        Ok(())
    }
}

fn is_telling(outcome: &TokenOutcome<ScreenedIdentifier>) -> bool {
    outcome.token.is_some() && outcome.canonical.level == Level::Strict
}

/// One subject counts once for a publisher, and as unfounded only while no record was found.
fn note(seen: &mut BTreeMap<NodeId, Seen>, publisher: NodeId, unfounded: bool) {
    let before = seen.get(&publisher).is_none_or(|seen| seen.unfounded > 0);
    let counted = Seen {
        hits: 1,
        unfounded: u64::from(before && unfounded),
        ..Seen::default()
    };
    seen.insert(publisher, counted);
}

/// The same for who is looked up with the same identifiers.
fn subject_of(tokens: &[TokenOutcome<ScreenedIdentifier>]) -> [u8; 32] {
    let tokens = tokens.iter().filter_map(|outcome| outcome.token.as_deref());
    let tokens: BTreeSet<_> = tokens.map(|token| token.as_bytes()).collect();
    let all = Transcript::new("lianfang/subject-looked-up/v1");
    tokens
        .into_iter()
        .fold(all, |all, token| all.bytes(token))
        .sha256()
}
