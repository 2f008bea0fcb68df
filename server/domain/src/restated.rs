//! What an incomplete entry says, beside what is said of the same subject under its reference later.

use lianfang_wire::entry::NewEntry;
use lianfang_wire::vocabulary::Category;

use crate::entry::parts_of;

/// What comes later, beside what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restated {
    /// The same, but perhaps for the times from which and until which it holds.
    Same,
    /// Everything that can hold others back from the subject or show why, and a part that was missing.
    More,
    /// Anything else.
    Other,
}

/// Compares two contents about the same subject. What keeps others from blocking, or from counting an entry that rests on another
/// member's as a second one, isn't lost by saying it once and leaving it out the next time.
pub fn restated(before: &NewEntry, after: &NewEntry) -> Restated {
    let mut parts = parts_of(before).into_iter().zip(parts_of(after));
    let is_more = parts.clone().any(|(had, has)| !had && has);
    let keeps_parts = parts.all(|(had, has)| has || !had);
    match keeps_parts && is_more && keeps_ground(before, after) && keeps_limits(before, after) {
        true => Restated::More,
        false if is_same(before, after) => Restated::Same,
        false => Restated::Other,
    }
}

/// What shows why.
fn keeps_ground(before: &NewEntry, after: &NewEntry) -> bool {
    let mut sources = before.derived_from.iter();
    let mut evidence = before.evidence.iter();
    sources.all(|source| after.derived_from.contains(source))
        && evidence.all(|evidence| shows(after, &evidence.sha256))
}

/// What leaves readers at review (`verdict::blocking`). A final decision may follow an interim one.
fn keeps_limits(before: &NewEntry, after: &NewEntry) -> bool {
    let is_parallel = |entry: &NewEntry| {
        let violation = entry.violation.as_ref();
        violation.is_some_and(|violation| violation.category == Category::ParallelImport)
    };
    let (was, is) = (&before.basis, &after.basis);
    let mut verified = before.subject.identifiers.iter().zip(&after.subject.identifiers);
    (after.subject.natural_person || !before.subject.natural_person)
        && (is.default_judgment || !was.default_judgment)
        && (is.kind.is_interim() || is.kind.is_final() || !was.kind.is_interim())
        && (is_parallel(after) || !is_parallel(before))
        && verified.all(|(was, is)| was.verified || !is.verified)
}

fn is_same(before: &NewEntry, after: &NewEntry) -> bool {
    let mut dated = after.clone();
    dated.expires = before.expires;
    dated.measure.effective_from = before.measure.effective_from;
    dated == *before
}

fn shows(entry: &NewEntry, sha256: &str) -> bool {
    let mut evidence = entry.evidence.iter();
    evidence.any(|evidence| evidence.sha256.eq_ignore_ascii_case(sha256))
}
