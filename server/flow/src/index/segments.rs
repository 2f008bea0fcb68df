//! The images that hold the bases: a large one, and small ones for what came since.

use std::collections::HashSet;
use std::sync::Arc;

use lianfang_digest::{Bloom, Seed};
use lianfang_screener::{AlignedBytes, BaseSource, Bases};

use super::HeldList;
use crate::FlowError;
use crate::bodies::Bodies;

/// Images beyond this many are made into one: each costs a lookup of its own.
const MOST_SEGMENTS: usize = 4;

type Segment = Arc<Bases<AlignedBytes>>;

/// Images over the base of every list. Those that exist are used again; a list whose base can't be used is dropped.
pub(super) fn cover(
    lists: Vec<Arc<HeldList>>,
    existing: &[Segment],
    bodies: &Bodies,
    seed: &Seed,
) -> Result<(Vec<Arc<HeldList>>, Vec<Segment>), FlowError> {
    let wanted: HashSet<_> = lists.iter().map(|list| (&list.id, list.base())).collect();
    let useful = |segment: &&Segment| {
        segment
            .lists()
            .iter()
            .any(|(list, base)| wanted.contains(&(list, base)))
    };
    let mut segments: Vec<_> = existing.iter().filter(useful).cloned().collect();
    let covered: HashSet<_> = segments.iter().flat_map(|segment| segment.lists()).collect();
    let stale = covered.len().saturating_sub(lists.len());
    let missing = |list: &&Arc<HeldList>| !covered.contains(&(list.id.clone(), *list.base()));
    let mut new: Vec<_> = lists.iter().filter(missing).cloned().collect();
    if segments.len() >= MOST_SEGMENTS && !new.is_empty() || stale > lists.len() {
        segments.clear();
        new.clone_from(&lists);
    }
    let unusable = match new.is_empty() {
        true => HashSet::new(),
        false => add_segment(&new, bodies, seed, &mut segments)?,
    };
    let lists = lists.into_iter().filter(|list| !unusable.contains(list.base()));
    Ok((lists.collect(), segments))
}

/// Returns the bases that can't be used.
fn add_segment(
    lists: &[Arc<HeldList>],
    bodies: &Bodies,
    seed: &Seed,
    segments: &mut Vec<Segment>,
) -> Result<HashSet<[u8; 32]>, FlowError> {
    let mut unusable = HashSet::new();
    let mut read = Vec::new();
    for list in lists {
        match checked(list, bodies) {
            Ok(body) => read.push((list, body)),
            Err(why) => {
                tracing::error!(peer = %list.id.publisher, why, "a stored digest can't be used");
                unusable.insert(*list.base());
            }
        }
    }
    let mut sources = Vec::new();
    for (list, body) in &read {
        match Bloom::parse(body, list.class, seed) {
            Ok(bloom) => sources.push(BaseSource {
                list: list.id.clone(),
                body: *list.base(),
                bloom,
            }),
            Err(refusal) => {
                tracing::error!(peer = %list.id.publisher, why = %refusal, "a stored digest can't be used");
                unusable.insert(*list.base());
            }
        }
    }
    if !sources.is_empty() {
        let bases = Bases::build(&sources);
        let bases = bases.map_err(|_| FlowError::Internal("the screening index can't be built"))?;
        segments.push(Arc::new(bases));
    }
    Ok(unusable)
}

fn checked(list: &HeldList, bodies: &Bodies) -> Result<Vec<u8>, &'static str> {
    let body = bodies.read(list.base()).map_err(|_| "its body is missing")?;
    if lianfang_encoding::sha256(&body) == *list.base() {
        Ok(body)
    } else {
        Err("its body is damaged")
    }
}
