//! How many digests were taken over of each publisher, hour by hour: what its quota is held against, after a restart too.

use std::collections::BTreeMap;
use std::time::Duration;

use lianfang_encoding::{NodeId, Timestamp};

use crate::database::Link;
use crate::locks::{Lock, lock};
use crate::{Store, StoreError, node_meta};

const HOUR: Duration = Duration::from_secs(3_600);
/// Hours that are looked back on, the present one included.
const HOURS: u64 = 24;

/// Digests by hour since 1970-01-01.
type Hours = BTreeMap<u64, u64>;

impl Store {
    /// Digests of `publisher` that were taken over in the hour of `now` and the 23 before it.
    ///
    /// # Errors
    /// Those of any read.
    pub fn digests_taken(&self, publisher: &NodeId, now: Timestamp) -> Result<u64, StoreError> {
        self.db
            .read(|link| Ok(hours(link, publisher, now)?.values().sum()))
    }
}

/// Counts digests that were taken over `now`.
pub(crate) fn count(
    link: &mut Link<'_>,
    publisher: &NodeId,
    digests: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    lock(link, Lock::DigestsTaken(publisher))?;
    let mut hours = hours(link, publisher, now)?;
    *hours.entry(hour(now)).or_default() += digests;
    let noted: Vec<_> = hours
        .iter()
        .map(|(hour, digests)| format!("{hour}:{digests}"))
        .collect();
    node_meta::set(link, &key(publisher), &noted.join(" "))
}

/// The hours that still count. A clock that was ahead for a while counts for nothing.
fn hours(link: &mut Link<'_>, publisher: &NodeId, now: Timestamp) -> Result<Hours, StoreError> {
    let Some(noted) = node_meta::read(link, &key(publisher))? else {
        return Ok(Hours::new());
    };
    let mut hours = parse(&noted).ok_or(StoreError::Corrupt)?;
    let newest = hour(now);
    hours.retain(|hour, _| *hour <= newest + 1 && newest < *hour + HOURS);
    Ok(hours)
}

fn parse(noted: &str) -> Option<Hours> {
    let hours = noted.split(' ').map(|noted| noted.split_once(':'));
    hours
        .map(|noted| noted.and_then(|(hour, digests)| Some((hour.parse().ok()?, digests.parse().ok()?))))
        .collect()
}

fn key(publisher: &NodeId) -> String {
    format!("digests_taken/{publisher}")
}

fn hour(time: Timestamp) -> u64 {
    time.as_secs() / HOUR.as_secs()
}
