//! What has to hold at every step, for whoever is asked.

use std::collections::BTreeSet;

use lianfang_wire::screening::Screening;
use uuid::Uuid;

use crate::attempt::is_tolerable;
use crate::harness::{code, company, operator, screening};
use crate::life::{COMPANIES, Life};

/// Findings as a node shows them: publisher and entry.
pub(crate) type Shown = BTreeSet<(String, Uuid)>;

impl Life {
    /// Somebody screens a company, one about which an entry has ended if there is one.
    pub(crate) async fn look_around(&mut self) {
        let Some(name) = self.one_of(&self.up()) else {
            return;
        };
        let ended: Vec<_> = (0..COMPANIES)
            .filter(|number| self.has_ended_here(name, *number))
            .collect();
        let (some, chosen) = (self.below(COMPANIES), self.one_of(&ended));
        let number = chosen.unwrap_or(some);
        let answer = self
            .node(name)
            .screen(&operator(), screening(company(&code(number))))
            .await;
        match answer {
            Ok(answer) => {
                self.tally.count("screenings");
                if chosen.is_some() {
                    self.tally.count("screenings of companies with an ended entry");
                }
                let shown = self.check_shown(name, number, &answer);
                self.tally.count_many("matches", shown.len() as u64);
            }
            Err(error) => assert!(is_tolerable(&error), "{name}: {error:?}"),
        }
    }

    fn has_ended_here(&self, name: &str, number: u32) -> bool {
        let now = self.now();
        let mut cases = self.cases.about(number);
        cases.any(|(case, _)| self.told.has_ended(name, case, now))
    }

    /// No match on what has ended as far as the node was told, nor on what isn't for it to know.
    pub(crate) fn check_shown(&self, name: &str, number: u32, answer: &Screening) -> Shown {
        let now = self.now();
        let mut shown = Shown::new();
        for reason in &answer.reasons {
            let Some(entry) = reason.entry else { continue };
            let publisher = reason.publisher.as_ref().unwrap().to_string();
            shown.insert((publisher, entry));
            let Some(case) = self.cases.find(entry) else {
                assert!(
                    self.lost.contains(&entry),
                    "{name} shows an entry of nowhere: {reason:?}"
                );
                continue;
            };
            let about = format!("{name} about company {number}: {} {case:?}", case.reference);
            assert_eq!(case.company, number, "{about}");
            assert!(case.is_for(name), "not for its eyes: {about}");
            assert!(now < case.expires, "it has expired: {about}");
            assert!(
                !self.told.has_ended(name, entry, now),
                "it was told that this has ended: {about}"
            );
            assert!(
                case.publisher != name || !case.has_ended(now),
                "its own has ended: {about}"
            );
        }
        shown
    }
}
