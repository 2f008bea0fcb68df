use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_store::{DataKey, DataKeys, SealedOtherwise, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::durable::durable_step;
use crate::{Actor, FlowError, Node, Randomness};

/// Where the store notes which data key is in force.
const NOTE: &str = "data_key";
/// What the note seals, so that another key under the same number is noticed at the start.
const WITNESS: &[u8] = b"lianfang";
/// An old key is kept for so long: until then answers under idempotency keys and whatever was sealed just before the
/// change have been written and, the answers, forgotten.
const KEPT: Duration = Duration::from_secs(25 * 3_600);

/// Which data key is in force.
#[derive(Serialize, Deserialize)]
struct Note {
    number: u8,
    since: Timestamp,
    #[serde(with = "hex::serde")]
    witness: Vec<u8>,
}

/// How far a change of data keys has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DataKeyStatus {
    /// The key in force.
    pub number: u8,
    /// Since when.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub since: Timestamp,
    /// Older keys that are still kept.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<u32>))]
    pub older: Vec<u8>,
    /// Rows that wait to be sealed anew.
    pub rows: u64,
    /// Answers under idempotency keys that an older key sealed; they are forgotten within a day.
    pub answers: u64,
}

/// Puts the key in force that the store names, or notes the first one. Blocks.
///
/// # Errors
/// [`FlowError::DataKey`] when the key isn't there, or is another one than was in force.
pub fn settle_data_keys(
    store: &Store,
    keys: &DataKeys,
    randomness: &dyn Randomness,
    now: Timestamp,
) -> Result<(), FlowError> {
    let Some(note) = load(store)? else {
        let note = Note::of(&keys.current().map_err(unsealed)?, randomness, now)?;
        return Ok(store.set_meta(NOTE, &note)?);
    };
    note.put_in_force(keys)
}

/// Which data key is in force, and how much others have sealed. Looks without writing; blocks.
///
/// # Errors
/// As [`settle_data_keys`].
pub fn inspect_data_keys(store: &Store, keys: &DataKeys) -> Result<(u8, SealedOtherwise), FlowError> {
    if let Some(note) = load(store)? {
        note.put_in_force(keys)?;
    }
    let number = keys.in_force();
    Ok((number, store.count_sealed_otherwise(number)?))
}

impl Note {
    fn put_in_force(&self, keys: &DataKeys) -> Result<(), FlowError> {
        let refused = |problem| FlowError::DataKey {
            number: self.number,
            problem,
        };
        keys.put_in_force(self.number)
            .map_err(|_| refused("is missing"))?;
        match keys.open(NOTE, &[self.number], &self.witness) {
            Ok(_) => Ok(()),
            Err(_) => Err(refused("isn't the one that was in force")),
        }
    }

    fn of(key: &DataKey, randomness: &dyn Randomness, since: Timestamp) -> Result<String, FlowError> {
        let number = key.number();
        let witness = key
            .seal(NOTE, &[number], WITNESS, &mut randomness.rng())
            .map_err(unsealed)?;
        let note = Self {
            number,
            since,
            witness,
        };
        serde_json::to_string(&note).map_err(|_| FlowError::Internal("a note can't be written as JSON"))
    }
}

fn load(store: &Store) -> Result<Option<Note>, StoreError> {
    let noted = store.meta(NOTE)?;
    let read = noted.map(|text| serde_json::from_str(&text)).transpose();
    read.map_err(|_| StoreError::Corrupt)
}

fn unsealed(_: lianfang_store::SealingError) -> FlowError {
    FlowError::Internal("the data key can't seal")
}

impl Node {
    /// Seals with `key`, which is kept already, from now on.
    ///
    /// # Errors
    /// When the store fails; the key before stays in force then.
    pub async fn put_data_key_in_force(&self, actor: &Actor, key: DataKey) -> Result<(), FlowError> {
        let number = key.number();
        let note = Note::of(&key, self.randomness.as_ref(), self.now())?;
        let line = self.audit_row(
            actor,
            "rotate_data_key",
            format!("data key {number}"),
            "operation",
            "in force",
        );
        self.gateway
            .store(move |store| store.set_meta_audited(NOTE, &note, line))
            .await?;
        durable_step("data_key_in_force");
        self.keys.data.add(key);
        self.keys.data.put_in_force(number).map_err(unsealed)
    }

    /// How far a change of data keys has come. Reads every sealed row.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn data_key_status(&self) -> Result<DataKeyStatus, FlowError> {
        let number = self.keys.data.in_force();
        let (note, otherwise) = self
            .gateway
            .store(move |store| Ok((load(store)?, store.count_sealed_otherwise(number)?)))
            .await?;
        Ok(DataKeyStatus {
            number,
            since: note.map_or_else(Timestamp::default, |note| note.since),
            older: self.keys.data.others(),
            rows: otherwise.rows,
            answers: otherwise.answers,
        })
    }

    /// Whether there are data keys that aren't in force.
    pub fn keeps_older_data_keys(&self) -> bool {
        !self.keys.data.others().is_empty()
    }

    /// The number of the data key in force.
    pub fn data_key(&self) -> u8 {
        self.keys.data.in_force()
    }

    /// Older data keys that nothing needs any more; `None` while they are kept anyway.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn spent_data_keys(&self) -> Result<Option<Vec<u8>>, FlowError> {
        let noted = self.gateway.store(load).await?;
        if noted.is_none_or(|note| self.now() < note.since + KEPT) {
            return Ok(None);
        }
        let status = self.data_key_status().await?;
        let spent = status.rows == 0 && status.answers == 0 && self.mark_is_current().await?;
        Ok(Some(if spent { status.older } else { Vec::new() }))
    }

    /// Wipes a data key whose file is gone.
    ///
    /// # Errors
    /// When the audit line can't be written; the key is forgotten nevertheless.
    pub async fn forget_data_key(&self, number: u8) -> Result<(), FlowError> {
        self.keys.data.forget(number);
        let object = format!("data key {number}");
        self.audit(
            &Actor::operator(),
            "forget_data_key",
            object,
            "operation",
            "removed",
        )
        .await
    }
}
