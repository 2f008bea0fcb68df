//! What a restored database says about itself.

use std::collections::BTreeMap;

use lianfang_encoding::{Audience, NodeId, SigningKey, Timestamp};
use lianfang_store::{AuditRow, DataKeys, Store, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::standing::INCARNATION;
use crate::randomness::timed_id;
use crate::rekey::settle_data_keys;
use crate::{FlowError, Randomness};

pub(crate) const MARK: &str = "restore";

/// How far a restored node has come. Kept for good: late members are still asked for their grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Seed of the restore key, sealed under the data key, in hex.
    key: String,
    /// The incarnation it asks for, or has.
    pub(super) incarnation: u32,
    /// An operator decided that it goes on if there is no other member.
    pub(super) alone: bool,
    pub(super) stage: Stage,
    /// Who granted it, with the signed statement.
    pub(super) granted: BTreeMap<NodeId, String>,
    /// Where each status feed ended when it got its incarnation: what follows, this copy has said.
    #[serde(default)]
    pub(super) begun: BTreeMap<Audience, u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// It signs nothing.
    Recovering,
    /// It has its incarnation, but hasn't repeated what it had said and published anew yet.
    Granted,
    /// A member that was away has seen its lists further: they are published anew above that.
    Raised,
    /// Everything it publishes is of its incarnation.
    Published,
}

/// What an operator decides when a backup is restored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestorePlan {
    /// Hash of the backup, for the audit log.
    pub backup: String,
    /// The incarnation of a copy that is known to be gone: this one goes on above it.
    pub over: Option<u32>,
    /// Go on without anybody's word if there is no other active member.
    pub alone: bool,
    /// Why, for the audit log.
    pub reason: String,
}

/// Marks a database that was just restored as recovering, with a fresh restore key, and counts every budget as spent.
/// Blocks.
///
/// # Errors
/// When the store fails or the key can't be sealed.
pub fn mark_restored(
    store: &Store,
    data: &DataKeys,
    randomness: &dyn Randomness,
    plan: &RestorePlan,
    now: Timestamp,
) -> Result<(), FlowError> {
    let unsealed = |_| FlowError::Internal("a restore key can't be sealed");
    settle_data_keys(store, data, randomness, now)?;
    let mut rng = randomness.rng();
    let key = SigningKey::generate(&mut rng);
    let sealed = data
        .seal(MARK, b"key", key.seed().as_ref(), &mut rng)
        .map_err(unsealed)?;
    let before: u32 = store
        .meta(INCARNATION)?
        .and_then(|noted| noted.parse().ok())
        .unwrap_or(0);
    let above = before.max(plan.over.unwrap_or(0));
    let incarnation = above.checked_add(1).ok_or(FlowError::Internal(
        "no incarnation is left above the one to go on above: name a lower one",
    ))?;
    let mark = Mark {
        key: hex::encode(sealed),
        incarnation,
        alone: plan.alone,
        stage: Stage::Recovering,
        granted: BTreeMap::new(),
        begun: BTreeMap::new(),
    };
    let audit = AuditRow {
        id: timed_id(randomness, now),
        at: now,
        actor: "operator".to_owned(),
        action: "restore".to_owned(),
        object: plan.backup.clone(),
        purpose: plan.reason.clone(),
        outcome: decided(plan, mark.incarnation),
    };
    Ok(store.mark_restored(&[(MARK, &mark.text()?)], now, audit)?)
}

fn decided(plan: &RestorePlan, incarnation: u32) -> String {
    let alone = if plan.alone { ", alone if need be" } else { "" };
    format!("asks for incarnation {incarnation}{alone}")
}

impl Mark {
    pub(super) fn load(store: &Store) -> Result<Option<Self>, StoreError> {
        let noted = store.meta(MARK)?;
        noted
            .map(|text| serde_json::from_str(&text).map_err(|_| StoreError::Corrupt))
            .transpose()
    }

    pub(crate) fn parse(text: &str) -> Result<Self, FlowError> {
        serde_json::from_str(text).map_err(|_| FlowError::Store(StoreError::Corrupt))
    }

    pub(crate) fn text(&self) -> Result<String, FlowError> {
        serde_json::to_string(self).map_err(|_| FlowError::Internal("a restore can't be written as JSON"))
    }

    /// The number of the data key that its restore key is sealed under.
    pub(crate) fn sealed_under(&self) -> Result<u8, FlowError> {
        let number = hex::decode(self.key.get(..2).unwrap_or_default()).ok();
        let number = number.and_then(|bytes| bytes.first().copied());
        number.ok_or(FlowError::Store(StoreError::Corrupt))
    }

    /// Seals its restore key anew.
    pub(crate) fn seal_anew(
        &mut self,
        anew: impl FnOnce(&[u8]) -> Result<Vec<u8>, FlowError>,
    ) -> Result<(), FlowError> {
        let sealed = hex::decode(&self.key).map_err(|_| FlowError::Store(StoreError::Corrupt))?;
        self.key = hex::encode(anew(&sealed)?);
        Ok(())
    }

    /// The key that tells this copy from every other.
    pub(super) fn key(&self, data: &DataKeys) -> Result<SigningKey, FlowError> {
        let damaged = FlowError::Internal("the restore key can't be opened with this node's data key");
        let Ok(sealed) = hex::decode(&self.key) else {
            return Err(damaged);
        };
        let Ok(seed) = data.open(MARK, b"key", &sealed) else {
            return Err(damaged);
        };
        match <[u8; 32]>::try_from(seed.as_slice()).map(Zeroizing::new) {
            Ok(seed) => Ok(SigningKey::from_seed(&seed)),
            Err(_) => Err(damaged),
        }
    }
}
