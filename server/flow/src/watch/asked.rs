//! What of a publisher's hits can be asked about now, and what else of the same subjects with it: a name, a brand or a
//! genuine item in a list of sellers counts only with a second signal about the same entry (PROTOCOL.md §5), which may have
//! been found at another time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use lianfang_domain::verdict::speaks_alone;
use lianfang_encoding::{NodeId, SubjectType, Timestamp};
use lianfang_identifier::{Kind, Level};
use lianfang_store::{AlertMatch, HitRow, MonitoredToken};
use lianfang_token::{Token, TokenKeyId};

use crate::confirm::PossibleHit;
use crate::index::{HeldList, Index};
use crate::{FlowError, Node};

/// Hits of a list that isn't in force are kept for so long.
const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// What is asked about.
#[derive(Clone)]
pub(super) struct Asked {
    /// None for what is asked about beside a hit.
    pub(super) hit: Option<HitRow>,
    pub(super) row: MonitoredToken,
    /// When the hit was found; of what is asked about beside hits, when the first of them was.
    pub(super) found_at: Timestamp,
    subject_type: SubjectType,
}

impl Asked {
    /// Whether what is found says nothing unless something else speaks for the same entry.
    pub(super) fn says_little(&self) -> bool {
        let (kind, level) = (
            Kind::from_number(self.row.kind),
            Level::from_number(self.row.level),
        );
        let alone = kind
            .zip(level)
            .is_some_and(|(kind, level)| speaks_alone(kind, level, self.subject_type));
        !alone
    }

    /// What is found if there is a record of it.
    pub(super) fn found(&self) -> AlertMatch {
        AlertMatch {
            form: self.row.form,
            identifier_index: self.row.identifier_index,
            kind: self.row.kind,
            level: self.row.level,
        }
    }
}

/// What is to be done with each hit of a publisher.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) ask: Vec<PossibleHit<Asked>>,
    /// Nothing to ask about any more.
    pub(super) over: Vec<HitRow>,
    /// Their list isn't in force now, for instance because the publisher is quarantined: kept for later.
    pub(super) held_back: Vec<HitRow>,
}

/// The tokens of the subjects that were hit, by reference, form and key.
type Rows = HashMap<(String, [u8; 32], [u8; 16]), MonitoredToken>;

impl Node {
    pub(super) async fn sort_hits(&self, publisher: &NodeId, hits: Vec<HitRow>) -> Result<Sorted, FlowError> {
        let oldest = self.now() - KEPT;
        let references: Vec<_> = hits.iter().map(|hit| hit.client_reference.clone()).collect();
        let rows = self
            .gateway
            .store(move |store| store.tokens_of_subjects(&references))
            .await?;
        let rows: Rows = rows
            .into_iter()
            .map(|row| ((row.client_reference.clone(), row.form, row.key_id), row))
            .collect();
        let index = self.index.load_full();
        let mut sorted = Sorted::default();
        let mut subjects = HashMap::new();
        for hit in hits {
            let row = rows.get(&(hit.client_reference.clone(), hit.form, hit.key_id));
            let list = index.lists().iter().find(|list| is_of(&hit, list));
            match (row, list) {
                (Some(row), Some(list)) => {
                    let next = subjects.len();
                    let subject = *subjects.entry(hit.client_reference.clone()).or_insert(next);
                    match possible(list, Some(hit.clone()), hit.found_at, row.clone(), subject) {
                        Some(possible) => sorted.ask.push(possible),
                        None => sorted.over.push(hit),
                    }
                }
                (Some(_), None) if hit.found_at > oldest => sorted.held_back.push(hit),
                // The subject has left, or the list hasn't come back.
                _ => sorted.over.push(hit),
            }
        }
        if sorted.ask.iter().any(|possible| possible.tag.says_little()) {
            let (publisher, now) = (publisher.clone(), self.now());
            let add = move || {
                let beside = beside(&publisher, &index, &sorted.ask, &rows, now);
                sorted.ask.extend(beside);
                sorted
            };
            return self.gateway.compute(add).await;
        }
        Ok(sorted)
    }
}

/// What else the publisher's lists may hold of subjects of which a hit says little.
fn beside(
    publisher: &NodeId,
    index: &Index,
    hits: &[PossibleHit<Asked>],
    rows: &Rows,
    now: Timestamp,
) -> Vec<PossibleHit<Asked>> {
    let needing = hits.iter().filter(|possible| possible.tag.says_little());
    let mut subjects: BTreeMap<&str, (usize, Timestamp)> = BTreeMap::new();
    for possible in needing {
        let (reference, found_at) = (possible.tag.row.client_reference.as_str(), possible.tag.found_at);
        let (_, first) = subjects.entry(reference).or_insert((possible.subject, found_at));
        *first = found_at.min(*first);
    }
    let asked: HashSet<_> = hits
        .iter()
        .map(|possible| (&possible.list.id, place(&possible.tag.row)))
        .collect();
    let mut beside = Vec::new();
    for row in rows.values() {
        let Some((subject, found_at)) = subjects.get(row.client_reference.as_str()) else {
            continue;
        };
        let token = Token::from_bytes(row.token);
        let lists = index.lookup(token.as_bytes(), &row.key_id, row.kind, now);
        let further =
            lists.filter(|list| list.id.publisher == *publisher && !asked.contains(&(&list.id, place(row))));
        beside.extend(further.filter_map(|list| possible(list, None, *found_at, row.clone(), *subject)));
    }
    beside
}

fn place(row: &MonitoredToken) -> (&str, [u8; 32], [u8; 16]) {
    (&row.client_reference, row.form, row.key_id)
}

fn possible(
    list: &Arc<HeldList>,
    hit: Option<HitRow>,
    found_at: Timestamp,
    row: MonitoredToken,
    subject: usize,
) -> Option<PossibleHit<Asked>> {
    Some(PossibleHit {
        list: Arc::clone(list),
        token: Arc::new(Token::from_bytes(row.token)),
        key_id: TokenKeyId(row.key_id),
        kind: Kind::from_number(row.kind)?,
        level: Level::from_number(row.level)?,
        found_at: hit.as_ref().map(|hit| hit.last_found_at),
        subject,
        tag: Asked {
            hit,
            row,
            found_at,
            subject_type: list.id.subject_type,
        },
    })
}

fn is_of(hit: &HitRow, list: &HeldList) -> bool {
    let kind = u8::try_from(hit.subject_type)
        .ok()
        .and_then(SubjectType::from_number);
    list.id.publisher == hit.publisher
        && list.id.audience == hit.audience
        && Some(list.id.subject_type) == kind
        && list.id.epoch == hit.epoch
}
