//! Which identifiers of which entries may enter a list.

use std::collections::BTreeMap;
use std::sync::Arc;

use lianfang_domain::{
    Committee, Withheld, rule_of, withhold_entry, withhold_kind, withhold_local, withhold_seller,
};
use lianfang_encoding::{Audience, SubjectType, Timestamp};
use lianfang_identifier::{Canonical, InputKind, Region, canonicalise_all};
use lianfang_store::EntryRow;
use lianfang_wire::entry::NewEntry;
use lianfang_wire::membership::Membership;
use lianfang_wire::vocabulary::{Role, StateName};
use uuid::Uuid;

use crate::entries::open_content;
use crate::trust::{active_member, keys_of};
use crate::{FlowError, Node};

/// Entries at a time: enough for a request to the committee for every core.
const PAGE: usize = 4_096;

/// One identifier that may be published.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) entry: Uuid,
    pub(super) index: u16,
    pub(super) role: Role,
    pub(super) verified: bool,
}

/// Identifiers that passed, and why others didn't.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) passed: Vec<(Candidate, Canonical)>,
    pub(super) withheld: BTreeMap<&'static str, u64>,
}

/// One canonical form of one identifier of an entry.
pub(crate) struct Form {
    pub(crate) index: u16,
    pub(crate) canonical: Canonical,
    role: Role,
    verified: bool,
}

/// An entry before the privacy filter.
pub(crate) struct Examined {
    /// Its effective state.
    pub(crate) state: StateName,
    /// Its forms, and what keeps each out.
    pub(crate) forms: Vec<(Form, Option<Withheld>)>,
}

/// Every canonical form of every identifier of an entry, with its place.
pub(crate) fn identifiers_of(entry: &NewEntry) -> impl Iterator<Item = (u16, Canonical)> + '_ {
    entry
        .subject
        .identifiers
        .iter()
        .enumerate()
        .flat_map(|(index, identifier)| {
            let region = identifier
                .region
                .as_deref()
                .and_then(|region| region.parse::<Region>().ok());
            let forms = identifier
                .kind
                .parse::<InputKind>()
                .ok()
                .and_then(|kind| canonicalise_all(kind, &identifier.value, region).ok())
                .unwrap_or_default();
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            forms.into_iter().map(move |canonical| (index, canonical))
        })
}

impl Node {
    /// Applies the privacy filter to the next page of what is recorded for one audience and subject type. `after` is the
    /// last entry of the page before, and moves on; None after the last page.
    pub(super) async fn candidates(
        self: &Arc<Self>,
        audience: &Audience,
        subject_type: SubjectType,
        after: &mut Option<Uuid>,
    ) -> Result<Option<Candidates>, FlowError> {
        let document = self.document();
        let rule = rule_of(&document.document, audience).into_owned();
        let states: Vec<i16> = rule
            .states
            .iter()
            .map(|state| i16::from(state.number()))
            .collect();
        let (name, number, from) = (audience.clone(), i16::from(subject_type.number()), *after);
        let rows = self
            .gateway
            .store(move |store| store.entries_active_for(&name, number, &states, from, PAGE))
            .await?;
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        *after = Some(last.id);
        self.sift_all(rows).await.map(Some)
    }

    /// Applies the privacy filter to these entries, on all cores.
    pub(super) async fn sift_all(self: &Arc<Self>, rows: Vec<EntryRow>) -> Result<Candidates, FlowError> {
        let (node, document, ends_by) = (Arc::clone(self), self.document(), self.writing_time().await?);
        let sift = move |row| node.sift(&document.document, &row, ends_by);
        let mut found = Candidates::default();
        for sifted in self.gateway.compute_each(rows, sift).await? {
            let sifted = sifted?;
            found.passed.extend(sifted.passed);
            for (reason, count) in sifted.withheld {
                *found.withheld.entry(reason).or_default() += count;
            }
        }
        Ok(found)
    }

    fn sift(
        &self,
        document: &Membership,
        row: &EntryRow,
        ends_by: Timestamp,
    ) -> Result<Candidates, FlowError> {
        let mut found = Candidates::default();
        for (form, kept_back) in self.examine(document, row, ends_by)?.forms {
            match kept_back {
                None => {
                    let candidate = Candidate {
                        entry: row.id,
                        index: form.index,
                        role: form.role,
                        verified: form.verified,
                    };
                    found.passed.push((candidate, form.canonical));
                }
                Some(reason) => *found.withheld.entry(reason.code()).or_default() += 1,
            }
        }
        Ok(found)
    }

    /// Every canonical form of an entry, and what keeps it out of the digest, if anything does. By `ends_by` it has ended
    /// or not.
    pub(crate) fn examine(
        &self,
        document: &Membership,
        row: &EntryRow,
        ends_by: Timestamp,
    ) -> Result<Examined, FlowError> {
        let now = self.now();
        let rule = rule_of(document, &row.audience);
        let content = open_content(&self.keys.data, row)?.entry;
        let state = effective(row, ends_by)?;
        let admitted = withhold_local(row.local_reason.as_deref())
            .and_then(|()| withhold_entry(&rule, state, crate::entries::grade_of(row)));
        let mut forms = Vec::new();
        for (index, canonical) in identifiers_of(&content) {
            let Some(identifier) = content.subject.identifiers.get(usize::from(index)) else {
                continue;
            };
            let kept_back = admitted
                .and_then(|()| withhold_seller(content.subject.kind, canonical.kind))
                .and_then(|()| self.admit_kind(document, &row.audience, canonical.kind, now));
            let form = Form {
                index,
                canonical,
                role: identifier.role,
                verified: identifier.verified,
            };
            forms.push((form, kept_back.err()));
        }
        Ok(Examined { state, forms })
    }

    fn admit_kind(
        &self,
        document: &Membership,
        audience: &Audience,
        kind: lianfang_identifier::Kind,
        now: Timestamp,
    ) -> Result<(), Withheld> {
        let class = lianfang_identifier::info(kind).class;
        let key = keys_of(document, class, now).next().ok_or(Withheld::NoKey)?;
        let publisher = active_member(document, &self.id).ok_or(Withheld::UnknownAudience)?;
        let rule = rule_of(document, audience);
        withhold_kind(
            document,
            audience,
            &rule,
            publisher,
            kind,
            Committee::of(document, key),
            now,
        )
    }
}

fn effective(row: &EntryRow, now: Timestamp) -> Result<StateName, FlowError> {
    let state = crate::entries::state_of(row)?;
    Ok(state.effective(now, row.expires_at.unwrap_or(Timestamp::MAX)))
}
