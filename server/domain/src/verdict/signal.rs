use std::collections::BTreeSet;

use lianfang_encoding::NodeId;
use lianfang_identifier::{Kind, Level, Strength};
use lianfang_wire::record::Record;
use lianfang_wire::vocabulary::Role;
use uuid::Uuid;

use super::{Confirmed, OwnLink, Unanswered, speaks_alone};

/// What speaks for an entry being about the screened subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Signal {
    publisher: NodeId,
    entry: Uuid,
    family: Family,
}

/// Signals of one family say the same thing once: a company's Chinese and English names are one name, told twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Name(Role),
    /// The right that was infringed, the genuine item and the page on which many offer it: its owner has all of them.
    Right,
    /// A shared mailbox, a code derived from a longer one …
    Candidate(Kind),
    Identifier(u32),
}

fn family(kind: Kind, level: Level, role: Role, index: u32) -> Family {
    match kind {
        Kind::LegalNameCn | Kind::LegalNameEn => Family::Name(role),
        Kind::Brand => Family::Right,
        Kind::ListingUrl if level == Level::Folded => Family::Right,
        _ if lianfang_identifier::info(kind).strength == Strength::Genuine => Family::Right,
        _ if level == Level::Folded => Family::Candidate(kind),
        _ => Family::Identifier(index),
    }
}

/// The signals of one screening.
#[derive(Debug, Default)]
pub(super) struct Signals(BTreeSet<Signal>);

impl Signals {
    pub(super) fn of(findings: &[Confirmed], links: &[OwnLink]) -> Self {
        let found = findings.iter().map(|finding| {
            let (record, index) = (finding.record(), finding.identifier().index);
            Signal {
                publisher: record.iss.clone(),
                entry: record.entry,
                family: family(record.kind, record.level, record.role, index),
            }
        });
        let linked = links.iter().map(|link| Signal {
            publisher: link.publisher.clone(),
            entry: link.entry,
            family: family(link.kind, link.level, link.role, link.identifier.index),
        });
        Self(found.chain(linked).collect())
    }

    /// Whether a publisher's hits that weren't answered and what it did answer are about more than one thing, which may
    /// all be one entry's.
    pub(super) fn are_several<'a>(
        &self,
        publisher: &NodeId,
        unanswered: impl Iterator<Item = &'a Unanswered>,
    ) -> bool {
        let answered = self.0.iter().filter(|signal| signal.publisher == *publisher);
        let families: BTreeSet<_> = unanswered
            .map(|hit| {
                let identifier = hit.identifier;
                family(hit.kind, hit.level, identifier.role, identifier.index)
            })
            .chain(answered.map(|signal| signal.family))
            .collect();
        families.len() > 1
    }

    /// Whether more than one thing speaks for this entry.
    pub(super) fn second(&self, publisher: &NodeId, entry: Uuid) -> bool {
        let about = |signal: &&Signal| signal.entry == entry && signal.publisher == *publisher;
        self.0.iter().filter(about).nth(1).is_some()
    }
}

/// Whether findings about one entry, each with the place of the identifier that was found, say more than one thing.
pub fn are_several<'a>(about_one_entry: impl Iterator<Item = (&'a Record, u32)>) -> bool {
    speak_for_several(about_one_entry.map(|(record, index)| (record.kind, record.level, record.role, index)))
}

/// The same of links: kind, level and role of what was found in an entry, and the place of the identifier that it was
/// found by.
pub fn speak_for_several(found: impl Iterator<Item = (Kind, Level, Role, u32)>) -> bool {
    let families: BTreeSet<_> = found
        .map(|(kind, level, role, index)| family(kind, level, role, index))
        .collect();
    families.len() > 1
}

/// Entries that more than one finding speaks for and none alone, with their publishers: together they call for a person.
pub fn told_twice(findings: &[Confirmed]) -> BTreeSet<(NodeId, Uuid)> {
    let signals = Signals::of(findings, &[]);
    let records = findings.iter().map(|finding| &**finding.record());
    let entry = |record: &Record| (record.iss.clone(), record.entry);
    let alone: BTreeSet<_> = records
        .clone()
        .filter(|record| speaks_alone(record.kind, record.level, record.list.subject_type))
        .map(entry)
        .collect();
    let told = records.filter(|record| signals.second(&record.iss, record.entry));
    told.map(entry).filter(|entry| !alone.contains(entry)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_sellers_share_and_the_item_on_it_say_one_thing() {
        let said = |kind, level| family(kind, level, Role::Own, 0);
        let page = said(Kind::ListingUrl, Level::Folded);
        assert_eq!(page, said(Kind::Asin, Level::Strict));
        assert_eq!(page, said(Kind::Brand, Level::Folded));
        assert_ne!(page, said(Kind::ListingUrl, Level::Strict));
        assert_ne!(page, said(Kind::Email, Level::Folded));
    }
}
