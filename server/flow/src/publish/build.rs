use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lianfang_digest::{HEAD_SKEW, ListId, ShardTable};
use lianfang_encoding::{Audience, SubjectType, Timestamp};
use lianfang_store::{Adoption, HeadRow, ListKey, ListRecord, RecordSource, Store, StoreError};
use lianfang_wire::membership::Membership;

use super::head::Draft;
use super::spool::{Spool, Spooled};
use super::spread::{audiences_of, built_list};
use super::{BuildReport, BuiltList};
use crate::durable::durable_step;
use crate::leftovers::Reserved;
use crate::{FlowError, Node};

/// Expired heads are kept for so long, for whoever is still fetching.
const GRACE: std::time::Duration = std::time::Duration::from_secs(86_400);

/// A list that another process on this database publishes meanwhile is built again so often.
const ATTEMPTS: usize = 3;
pub(super) const OVERTAKEN: &str = "another process on this database published this list at the same time";

/// What became of the lists of an audience and subject type.
enum Published {
    InForce,
    /// One of them went on meanwhile.
    Overtaken,
}

/// What became of one list.
enum Built {
    New(BuiltList),
    Unchanged,
    Overtaken,
}

impl Node {
    /// Builds every list whose content changed or whose head is past half its life, publishes it, and tells
    /// the peers.
    ///
    /// # Errors
    /// When the committee gives no tokens or the store fails. What is in force stays.
    pub async fn build_digests(self: &Arc<Self>) -> Result<BuildReport, FlowError> {
        self.repeat_what_was_said().await?;
        let _building = self.building.lock().await;
        let mut report = BuildReport::default();
        if self.has_token_key() {
            for audience in audiences(&self.document().document) {
                for subject_type in SubjectType::ALL {
                    self.build_lists(&audience, *subject_type, &mut report).await?;
                }
            }
        } else {
            tracing::warn!("no token key is in force: the lists stay as they are");
        }
        self.forget_expired().await?;
        let id = self.id.clone();
        let heads = self
            .gateway
            .store(move |store| store.heads_in_force(Some(&id)))
            .await?;
        report.lists = heads.len();
        report.identifiers = heads.iter().filter_map(|head| head.tokens).sum();
        self.notify_audiences(&audiences_of(&report.published));
        if !report.published.is_empty() || self.index_is_behind() {
            self.put_in_force().await?;
        }
        Ok(report)
    }

    /// Whether anything can be tokenised. Without, what would be left of a list is nothing, and readers would take what comes
    /// back one day for sudden growth.
    pub(crate) fn has_token_key(&self) -> bool {
        let (document, now) = (self.document(), self.now());
        document.document.keys.iter().any(|key| key.is_valid_at(now))
    }

    pub(super) async fn build_lists(
        self: &Arc<Self>,
        audience: &Audience,
        subject_type: SubjectType,
        report: &mut BuildReport,
    ) -> Result<(), FlowError> {
        for _ in 0..ATTEMPTS {
            let mut attempt = BuildReport::default();
            let outcome = self.try_to_build(audience, subject_type, &mut attempt).await?;
            report.published.append(&mut attempt.published);
            if let Published::InForce = outcome {
                report.unchanged += attempt.unchanged;
                for (reason, count) in attempt.withheld {
                    *report.withheld.entry(reason).or_default() += count;
                }
                return Ok(());
            }
        }
        Err(FlowError::Internal(OVERTAKEN))
    }

    async fn try_to_build(
        self: &Arc<Self>,
        audience: &Audience,
        subject_type: SubjectType,
        report: &mut BuildReport,
    ) -> Result<Published, FlowError> {
        let mut lists: BTreeMap<u32, Spool> = BTreeMap::new();
        // Before their entries are read: a base takes the place of no head that knows of more than it.
        let heads = self.own_heads(audience, subject_type).await?;
        let mut after = None;
        while let Some(candidates) = self.candidates(audience, subject_type, &mut after).await? {
            for (reason, count) in candidates.withheld {
                *report.withheld.entry(reason.to_owned()).or_default() += count;
            }
            for (epoch, rows) in self.published_tokens(candidates.passed).await? {
                self.spool(&mut lists, epoch)?.append(&rows)?;
            }
        }
        let mut heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.epoch, head)).collect();
        for epoch in heads.keys() {
            self.spool(&mut lists, *epoch)?;
        }
        let number = i16::from(subject_type.number());
        let seen = self.seen_lists().into_iter();
        for list in seen.filter(|list| list.audience == *audience && list.subject_type == number) {
            self.spool(&mut lists, list.epoch)?;
        }
        for (epoch, spool) in lists {
            let list = ListId {
                publisher: self.id.clone(),
                audience: audience.clone(),
                subject_type,
                epoch,
            };
            match self
                .build_list(list, heads.remove(&epoch), spool.finish()?)
                .await?
            {
                Built::New(built) => report.published.push(built),
                Built::Unchanged => report.unchanged += 1,
                Built::Overtaken => return Ok(Published::Overtaken),
            }
        }
        Ok(Published::InForce)
    }

    /// What goes into the list of an epoch.
    fn spool<'a>(&self, lists: &'a mut BTreeMap<u32, Spool>, epoch: u32) -> Result<&'a mut Spool, FlowError> {
        match lists.entry(epoch) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => Ok(new.insert(Spool::beside(&self.bodies)?)),
        }
    }

    async fn build_list(
        self: &Arc<Self>,
        list: ListId,
        before: Option<HeadRow>,
        mut rows: Spooled,
    ) -> Result<Built, FlowError> {
        let now = self.now();
        let (node, previous) = (Arc::clone(self), before.clone());
        let draft = move || {
            let draft = node.draft(&list, &mut rows, previous.as_ref(), now)?;
            Ok::<_, FlowError>((draft, rows))
        };
        let (draft, rows) = self.gateway.compute(draft).await??;
        let seen = self.seen_of_list(&draft.head.header().list);
        if before.is_some_and(|before| before.sequence >= seen && is_current(&before, &draft.head, now)) {
            // Its file may be lost.
            self.keep_body(&draft)?;
            return Ok(Built::Unchanged);
        }
        let _reserved = self.keep_body(&draft)?;
        let built = built_list(&draft);
        let adoption = self.publish_base(draft, rows).await?;
        durable_step("base_published");
        match adoption {
            Adoption::Adopted => Ok(Built::New(built)),
            _ => Ok(Built::Overtaken),
        }
    }

    /// Puts a base in force, with the records behind it.
    async fn publish_base(self: &Arc<Self>, draft: Draft, mut rows: Spooled) -> Result<Adoption, FlowError> {
        let node = Arc::clone(self);
        let publish = move |store: &Store| {
            let mut records = SpooledRecords {
                node: &node,
                rows: &mut rows,
                unread: None,
            };
            let published = store.publish_list(draft.row(), &mut records);
            // By then, because what others bring is put in force meanwhile.
            node.index_lags();
            records
                .unread
                .map_or_else(|| published.map_err(FlowError::from), Err)
        };
        self.gateway.raw(publish).await?
    }

    /// Stores the body of a draft, and its shard table when it has more than one shard. They are kept until a list names
    /// them or what is returned is dropped.
    pub(super) fn keep_body(&self, draft: &Draft) -> Result<Reserved, FlowError> {
        let body = draft.head.header().body;
        let reserved = self.leftovers.reserve([body.sha256, body.shard_table]);
        self.bodies.store(&body.sha256, &draft.body)?;
        durable_step("body_kept");
        match ShardTable::implied(&body) {
            Ok(Some(_)) => {}
            _ => {
                let table = ShardTable::of(&draft.body).to_bytes();
                self.bodies.store(&body.shard_table, &table)?;
            }
        }
        Ok(reserved)
    }

    /// Drops heads that expired a day ago, and files that nothing needs any more.
    async fn forget_expired(&self) -> Result<(), FlowError> {
        let before = self.writing_time().await? - GRACE;
        self.gateway.store(move |store| store.prune_heads(before)).await?;
        self.sweep_leftovers().await;
        Ok(())
    }

    pub(super) async fn own_heads(
        &self,
        audience: &Audience,
        subject_type: SubjectType,
    ) -> Result<Vec<HeadRow>, FlowError> {
        let id = self.id.clone();
        let heads = self
            .gateway
            .store(move |store| store.heads_in_force(Some(&id)))
            .await?;
        let number = i16::from(subject_type.number());
        Ok(heads
            .into_iter()
            .filter(|head| head.audience == *audience && head.subject_type == number)
            .collect())
    }
}

/// Same content, same way of asking, and more than half of its life ahead.
fn is_current(before: &HeadRow, draft: &lianfang_digest::SignedHead, now: Timestamp) -> bool {
    let same = lianfang_digest::SignedHead::decode(&before.head).is_ok_and(|old| {
        let (old, new) = (old.header(), draft.header());
        old.incarnation == new.incarnation
            && old.body.sha256 == new.body.sha256
            && old.confirm_bits == new.confirm_bits
            && old.token_keys == new.token_keys
            && old.rules == new.rules
    });
    let life = before.expires.since(before.created);
    same && !is_of_the_future(before, now) && now < before.created + life / 2
}

/// Signed by a clock that was ahead: nobody takes it over until then.
pub(super) fn is_of_the_future(head: &HeadRow, now: Timestamp) -> bool {
    head.created > now + HEAD_SKEW
}

pub(crate) fn list_key(list: &ListId) -> ListKey {
    ListKey {
        publisher: list.publisher.clone(),
        audience: list.audience.clone(),
        subject_type: i16::from(list.subject_type.number()),
        epoch: list.epoch,
    }
}

/// The audience of all members.
#[expect(clippy::expect_used, reason = "a literal that fits the rule for names")]
pub(crate) fn everybody() -> Audience {
    "all".parse().expect("`all` is an audience")
}

/// Every audience an entry can name.
pub(crate) fn audiences(document: &Membership) -> BTreeSet<Audience> {
    let active = document.members.iter().filter(|member| member.is_active());
    let countries = active.map(|member| member.jurisdiction.to_ascii_lowercase());
    let born = ["all".to_owned(), "regulators".to_owned()];
    let named: BTreeMap<_, _> = document.audiences.iter().collect();
    let names = countries.chain(born).filter_map(|name| name.parse().ok());
    names.chain(named.into_keys().cloned()).collect()
}

/// The records behind rows that were spooled.
struct SpooledRecords<'a> {
    node: &'a Node,
    rows: &'a mut Spooled,
    /// Why a row can't be read.
    unread: Option<FlowError>,
}

impl RecordSource for SpooledRecords<'_> {
    fn each(&mut self, take: &mut dyn FnMut(ListRecord) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let Self { node, rows, unread } = self;
        let mut cannot_read = |error| {
            *unread = Some(error);
            StoreError::Corrupt
        };
        let rows = rows.rows().map_err(&mut cannot_read)?;
        for row in rows {
            take(node.list_record(&row.map_err(&mut cannot_read)?))?;
        }
        Ok(())
    }
}
