use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_store::{DataKey, DataKeys, SealedOtherwise, SealingError, Store, StoreError};
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
        match keys.open(NOTE, &[self.number], &self.witness) {
            Ok(_) => keys.put_in_force(self.number).map_err(unsealed),
            Err(SealingError::UnknownKey) => Err(self.refused("is missing")),
            Err(_) => Err(self.refused("isn't the one that was in force")),
        }
    }

    fn refused(&self, problem: &'static str) -> FlowError {
        FlowError::DataKey {
            number: self.number,
            problem,
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

fn unsealed(_: SealingError) -> FlowError {
    FlowError::Internal("the data key can't seal")
}

impl Node {
    /// Seals with `key`, which is kept already, from now on.
    ///
    /// # Errors
    /// When the store fails. Whether the key is in force is known then when [`Node::noted_data_key`] says so.
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
        let stored = note.clone();
        let stored = self
            .gateway
            .store(move |store| store.set_meta_audited(NOTE, &stored, line))
            .await;
        match stored {
            // The answer to a commit that was carried out may be lost.
            Err(error) if !self.is_noted(&note).await => return Err(error),
            Ok(()) | Err(_) => {}
        }
        durable_step("data_key_in_force");
        self.keys.data.add(key);
        self.keys.data.put_in_force(number).map_err(unsealed)
    }

    async fn is_noted(&self, note: &str) -> bool {
        let noted = self.gateway.store(|store| store.meta(NOTE)).await;
        noted.is_ok_and(|noted| noted.as_deref() == Some(note))
    }

    /// The number of the data key that the store names, when another one is in force here: nobody could say whether the
    /// change was stored, or another process has made it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn noted_data_key(&self) -> Result<Option<u8>, FlowError> {
        let noted = self.gateway.store(load).await?;
        let number = noted.map(|note| note.number);
        Ok(number.filter(|number| *number != self.keys.data.in_force()))
    }

    /// Puts `key` in force if it is the one that the store names.
    ///
    /// # Errors
    /// [`FlowError::DataKey`] when it is another one, or when the store fails.
    pub async fn take_up_data_key(&self, key: DataKey) -> Result<(), FlowError> {
        let noted = self.gateway.store(load).await?;
        let Some(note) = noted.filter(|note| note.number == key.number()) else {
            return Ok(());
        };
        key.open(NOTE, &[note.number], &note.witness)
            .map_err(|_| note.refused("isn't the one that was in force"))?;
        self.keys.data.add(key);
        self.keys.data.put_in_force(note.number).map_err(unsealed)
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
            older: self.older_data_keys(),
            rows: otherwise.rows,
            answers: otherwise.answers,
        })
    }

    /// Whether there are data keys that were in force before.
    pub fn keeps_older_data_keys(&self) -> bool {
        !self.older_data_keys().is_empty()
    }

    /// A higher number may yet come into force: it was kept for a change that didn't come to its end.
    fn older_data_keys(&self) -> Vec<u8> {
        let number = self.keys.data.in_force();
        let others = self.keys.data.others().into_iter();
        others.filter(|other| *other < number).collect()
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
