//! Once everything has come to rest, every node finds exactly what publishers hold.

use std::time::Duration;

use lianfang_flow::AlertFilter;
use lianfang_wire::alert::AlertState;
use lianfang_wire::vocabulary::VerdictName;

use crate::attempt::{Attempt, watched};
use crate::cases::Case;
use crate::checks::Shown;
use crate::harness::{code, company, operator, screening};
use crate::life::{COMPANIES, Life, NODES, PUBLISHERS};

/// Hits whose publishers couldn't be asked are asked about within a day.
const MOST_HOURS: u32 = 26;

impl Life {
    /// Links are healed, everybody runs, publishes and fetches; then nobody may find more or less than there is.
    pub(crate) async fn come_to_rest(&mut self) {
        self.note("rest".to_owned());
        self.join_up().await;
        // Whoever came back from a backup older than a grant of its own is asked for that first.
        for name in NODES {
            let report = self.node(name).sync(None, false).await.unwrap();
            self.heard(name, &report);
        }
        for publisher in PUBLISHERS {
            self.must(publisher, &Attempt::Expire).await;
            let fold = self.below(2) == 0;
            let way = if fold { Attempt::Fold } else { Attempt::Publish };
            self.must(publisher, &way).await;
            // A list that nothing changes in is renewed by night.
            self.must(publisher, &Attempt::Publish).await;
        }
        for name in NODES {
            let report = self.node(name).sync(None, false).await.unwrap();
            assert!(report.is_complete(), "{name}: {report:?}");
            self.heard(name, &report);
        }
        self.ask_about_the_watched().await;
        for name in NODES {
            for number in 0..COMPANIES {
                self.compare_screening(name, number).await;
            }
            self.compare_alerts(name).await;
        }
        self.tally.count("times at rest");
        self.federation.network.forget_what_was_said();
    }

    async fn must(&mut self, name: &'static str, attempt: &Attempt) {
        let done = self.attempt(name, attempt).await;
        done.unwrap_or_else(|error| panic!("{name}: {attempt:?}: {error:?}"));
    }

    async fn ask_about_the_watched(&mut self) {
        for _ in 0..MOST_HOURS {
            let mut waiting = 0;
            for name in NODES {
                self.must(name, &Attempt::Upkeep).await;
                let status = self.node(name).roster_status().await.unwrap();
                waiting += status.pending_hits + status.incomplete;
            }
            if waiting == 0 {
                return;
            }
            self.federation.clock.advance(Duration::from_secs(3_600));
        }
        panic!("hits in some roster are never asked about");
    }

    async fn compare_screening(&mut self, name: &'static str, number: u32) {
        let answer = self
            .node(name)
            .screen(&operator(), screening(company(&code(number))))
            .await
            .unwrap();
        let shown = self.check_shown(name, number, &answer);
        let now = self.now();
        let held: Vec<_> = self.held(name, number);
        let about = format!(
            "{name} about company {number} at {now}: {:?}, {held:?}",
            answer.reasons
        );
        assert!(answer.complete, "{about}: {:?}", answer.publishers);
        compare(&shown, &held, &about);
        assert_eq!(answer.verdict == VerdictName::Clear, held.is_empty(), "{about}");
        if answer.verdict == VerdictName::Block {
            let mut cases = held.iter();
            assert!(cases.any(|(_, case)| case.state.is_effective()), "{about}");
        }
        self.tally.count("sets compared at rest");
    }

    async fn compare_alerts(&mut self, name: &'static str) {
        let roster = self.watched.get(name).cloned().unwrap_or_default();
        for number in 0..COMPANIES {
            let filter = AlertFilter {
                state: Some(AlertState::Open),
                client_reference: Some(watched(number)),
                cursor: None,
                limit: 500,
            };
            let open = self.node(name).alerts(filter).await.unwrap().items;
            let shown: Shown = open
                .iter()
                .map(|alert| (alert.finding.publisher.to_string(), alert.finding.entry))
                .collect();
            let held = match roster.contains(&number) {
                // What stays with its publisher is in no list that anybody is watched by.
                true => self
                    .held(name, number)
                    .into_iter()
                    .filter(|(_, case)| case.lacks.is_none())
                    .collect(),
                false => Vec::new(),
            };
            let about = format!("alerts of {name} about company {number}: {shown:?}, {held:?}");
            compare(&shown, &held, &about);
            self.tally.count_many("alerts at rest", open.len() as u64);
        }
    }

    /// What `name` has to find of a company.
    fn held(&self, name: &str, number: u32) -> Vec<(uuid::Uuid, Case)> {
        let now = self.now();
        let about = self.cases.about(number);
        about
            .filter(|(_, case)| case.is_for(name) && !case.has_ended(now))
            .map(|(id, case)| (id, case.clone()))
            .collect()
    }
}

/// Every entry that is held and no other.
fn compare(shown: &Shown, held: &[(uuid::Uuid, Case)], about: &str) {
    let wanted: Shown = held
        .iter()
        .map(|(id, case)| (case.publisher.to_owned(), *id))
        .collect();
    assert_eq!(*shown, wanted, "{about}");
}
