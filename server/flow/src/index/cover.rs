//! The images that hold the bases: a large one, and small ones for what came since.

use std::collections::HashSet;
use std::sync::Arc;

use lianfang_digest::{Bloom, ListId, Seed};
use lianfang_mapped::MappedFile;
use lianfang_screener::BaseSource;

use super::HeldList;
use super::images::{Image, Images};
use crate::FlowError;
use crate::bodies::Bodies;

/// Images beyond this many are made into one: each costs a lookup of its own.
const MOST_IMAGES: usize = 4;

/// Images over the base of every list. Those that exist are used again. A list whose base can't be used goes on with what an
/// existing image has of it or of the version `before`; without, it is dropped.
pub(super) fn bases(
    lists: Vec<Arc<HeldList>>,
    before: &[Arc<HeldList>],
    existing: &[Image],
    images: &Images,
    bodies: &Bodies,
    seed: &Seed,
) -> Result<(Vec<Arc<HeldList>>, Vec<Image>), FlowError> {
    let wanted: HashSet<_> = lists.iter().map(|list| (&list.id, list.base())).collect();
    let useful = |image: &&Image| {
        let mut held = image.bases.lists().iter();
        held.any(|(list, base)| wanted.contains(&(list, base)))
    };
    let mut kept: Vec<_> = existing.iter().filter(useful).cloned().collect();
    let covered: HashSet<_> = kept.iter().flat_map(|image| image.bases.lists()).collect();
    let stale = covered.len().saturating_sub(lists.len());
    let missing = |list: &&Arc<HeldList>| !covered.contains(&(list.id.clone(), *list.base()));
    let mut new: Vec<_> = lists.iter().filter(missing).cloned().collect();
    if kept.len() >= MOST_IMAGES && !new.is_empty() || stale > lists.len() {
        kept.clear();
        new.clone_from(&lists);
    }
    let unusable = match new.is_empty() {
        true => HashSet::new(),
        false => add_image(&new, images, bodies, seed, &mut kept)?,
    };
    let mut usable = Vec::with_capacity(lists.len());
    for list in lists {
        if !unusable.contains(&list.id) {
            usable.push(list);
        } else if let Some((list, image)) = still_held(&list, before, existing) {
            usable.push(list);
            if !kept.contains(&image) {
                kept.push(image);
            }
        }
    }
    Ok((usable, kept))
}

/// The list itself, or the version before it, and the image that has its base.
fn still_held(
    list: &Arc<HeldList>,
    before: &[Arc<HeldList>],
    existing: &[Image],
) -> Option<(Arc<HeldList>, Image)> {
    let in_an_image = |list: &Arc<HeldList>| {
        let image = existing.iter().find(|image| image.has_base_of(list))?;
        Some((Arc::clone(list), image.clone()))
    };
    let before = before
        .iter()
        .find(|before| before.id == list.id && before.has_keys_of(list));
    in_an_image(list).or_else(|| in_an_image(before?))
}

/// Returns the lists whose bases can't be used.
fn add_image(
    lists: &[Arc<HeldList>],
    images: &Images,
    bodies: &Bodies,
    seed: &Seed,
    kept: &mut Vec<Image>,
) -> Result<HashSet<ListId>, FlowError> {
    let mut unusable = HashSet::new();
    let mut read = Vec::new();
    for list in lists {
        match checked(list, bodies)? {
            Ok(body) => read.push((list, body)),
            Err(why) => {
                tracing::error!(peer = %list.id.publisher, why, "a stored digest can't be used");
                unusable.insert(list.id.clone());
            }
        }
    }
    let mut sources = Vec::new();
    for (list, body) in &read {
        match Bloom::parse(body.as_ref(), list.class, seed) {
            Ok(bloom) => sources.push(BaseSource {
                list: list.id.clone(),
                body: *list.base(),
                bloom,
            }),
            Err(refusal) => {
                tracing::error!(peer = %list.id.publisher, why = %refusal, "a stored digest can't be used");
                unusable.insert(list.id.clone());
            }
        }
    }
    if !sources.is_empty() {
        kept.push(images.build(&sources)?);
    }
    Ok(unusable)
}

/// The body, or what the disk has done to it.
fn checked(list: &HeldList, bodies: &Bodies) -> Result<Result<MappedFile, &'static str>, FlowError> {
    Ok(match bodies.map(list.base())? {
        Some(body) if lianfang_encoding::sha256(body.as_ref()) == *list.base() => Ok(body),
        Some(_) => Err("its body is damaged"),
        None => Err("its body is missing"),
    })
}
