//! What a node does of its own accord. It may be interrupted at any statement.

use std::time::Duration;

use lianfang_flow::FlowError;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::{Basis, NewEntry, NewEvent};
use lianfang_wire::roster::NewMonitoredSubject;
use lianfang_wire::vocabulary::{BasisType, EventType, StateName};
use uuid::Uuid;

use crate::cases::Case;
use crate::harness::{code, company, entry, id, operator, shared_with};
use crate::life::{COMPANIES, Life, PUBLISHERS, country, name_of};

const DAY: Duration = Duration::from_secs(86_400);
const EVENTS: [EventType; 12] = [
    EventType::Contested,
    EventType::Contested,
    EventType::Forwarded,
    EventType::Litigated,
    EventType::Upheld,
    EventType::Suspended,
    EventType::CourtStayed,
    EventType::Resumed,
    EventType::Released,
    EventType::Settled,
    EventType::Withdrawn,
    EventType::Withdrawn,
];

/// An entry that a publisher means to record.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) company: u32,
    pub(crate) reference: String,
    new: Box<NewEntry>,
}

#[derive(Debug, Clone)]
pub(crate) enum Attempt {
    Record(Planned),
    Move(Uuid, EventType),
    /// The entry named the wrong company; another takes its place.
    Correct(Uuid, Planned),
    /// The entry lacked evidence and stayed here; another with it takes its place.
    Complete(Uuid, Planned),
    /// Deltas of what changed.
    Publish,
    /// New bases of everything.
    Fold,
    Expire,
    /// Asks everybody for news.
    Poll,
    /// Asks whoever said that it has news.
    Hear,
    Watch(u32),
    Unwatch(u32),
    Upkeep,
}

impl Planned {
    pub(crate) fn case(&self, publisher: &'static str, recorded: &lianfang_wire::entry::Entry) -> Case {
        Case {
            publisher,
            company: self.company,
            audience: self.new.sharing.audience.clone(),
            reference: self.reference.clone(),
            state: recorded.state,
            deadline: recorded.deadline,
            expires: self.new.expires,
            said: recorded.state.is_terminal(),
            lacks: recorded.local_reason.is_some().then(|| Box::new(self.complete())),
        }
    }

    fn complete(&self) -> Self {
        let mut complete = self.clone();
        let evidence = entry(company(&code(self.company)), self.new.expires).evidence;
        complete.new.evidence = evidence;
        complete
    }
}

/// What can be wrong while a link is cut or a node is coming back.
pub(crate) fn is_tolerable(error: &FlowError) -> bool {
    let kind = error.problem().kind();
    matches!(kind, Some(ProblemType::Unavailable | ProblemType::Recovering))
}

impl Life {
    /// Some node does something.
    pub(crate) async fn go_on(&mut self) {
        let busy = self.below(4) > 0;
        let name = if busy { self.one_up(&PUBLISHERS) } else { None };
        let Some(name) = name.or_else(|| self.one_of(&self.up())) else {
            return;
        };
        let attempt = self.plan(name);
        self.try_out(name, &attempt).await;
    }

    pub(crate) async fn try_out(&mut self, name: &'static str, attempt: &Attempt) {
        self.note(format!("{name}: {}", self.describe(attempt)));
        if let Err(error) = self.attempt(name, attempt).await {
            assert!(is_tolerable(&error), "{name}: {attempt:?}: {error:?}");
            self.note(format!("{name}: {error}"));
        }
    }

    pub(crate) fn plan(&mut self, name: &'static str) -> Attempt {
        let company = self.below(COMPANIES);
        if !PUBLISHERS.contains(&name) {
            return match self.below(8) {
                0..=2 => Attempt::Watch(company),
                3 => Attempt::Unwatch(company),
                4 => Attempt::Upkeep,
                5 => Attempt::Hear,
                _ => Attempt::Poll,
            };
        }
        match self.below(24) {
            0..=6 => Attempt::Record(self.planned(name, company)),
            22 => {
                let mut bare = self.planned(name, company);
                bare.new.evidence.clear();
                Attempt::Record(bare)
            }
            23 => match self.some_lacking(name) {
                Some((case, whole)) => Attempt::Complete(case, whole),
                None => Attempt::Hear,
            },
            7..=9 => {
                let found = match self.below(3) {
                    0 => self.some_lapsed(name),
                    _ => None,
                };
                match found.or_else(|| self.some_case(name)) {
                    Some(case) => Attempt::Move(case, self.one_of(&EVENTS).unwrap()),
                    None => Attempt::Record(self.planned(name, company)),
                }
            }
            10..=11 => match self.some_case(name) {
                Some(case) => Attempt::Correct(case, self.planned(name, company)),
                None => Attempt::Poll,
            },
            12..=14 => Attempt::Publish,
            15 => Attempt::Fold,
            16 => Attempt::Expire,
            17 => Attempt::Hear,
            18..=19 => Attempt::Watch(company),
            20 => Attempt::Upkeep,
            _ => Attempt::Poll,
        }
    }

    /// An entry that hasn't ended yet.
    fn some_case(&mut self, publisher: &'static str) -> Option<Uuid> {
        let now = self.now();
        let living = self.cases.of(publisher).filter(|(_, case)| !case.has_ended(now));
        let living: Vec<_> = living.map(|(case, _)| case).collect();
        self.one_of(&living)
    }

    /// An active entry that lacks something, and what doesn't.
    fn some_lacking(&mut self, publisher: &'static str) -> Option<(Uuid, Planned)> {
        let now = self.now();
        let active = self
            .cases
            .of(publisher)
            .filter(|(_, case)| case.state_at(now) == StateName::Active);
        let lacking: Vec<_> = active
            .filter_map(|(id, case)| Some((id, case.lacks.as_deref()?.clone())))
            .collect();
        self.one_of(&lacking)
    }

    /// An entry that time has ended and nobody has written down.
    fn some_lapsed(&mut self, publisher: &'static str) -> Option<Uuid> {
        let now = self.now();
        let lapsed = self
            .cases
            .of(publisher)
            .filter(|(_, case)| !case.state.is_terminal() && case.has_ended(now));
        let lapsed: Vec<_> = lapsed.map(|(case, _)| case).collect();
        self.one_of(&lapsed)
    }

    fn planned(&mut self, publisher: &str, number: u32) -> Planned {
        self.recorded += 1;
        let reference = format!("case-{}", self.recorded);
        let audience = match self.below(6) {
            0 => country(publisher).to_ascii_lowercase(),
            1 => "regulators".to_owned(),
            _ => "all".to_owned(),
        };
        let life = match self.below(3) {
            0 => DAY * (1 + self.below(4)),
            _ => DAY * (5 + self.below(200)),
        };
        let now = self.now();
        let new = shared_with(&audience, entry(company(&code(number)), now));
        let kinds = [
            BasisType::PlatformDecision,
            BasisType::RightsHolderNotice,
            BasisType::CourtFinal,
        ];
        let new = NewEntry {
            client_reference: Some(reference.clone()),
            basis: Basis {
                kind: self.one_of(&kinds).unwrap(),
                ..new.basis
            },
            expires: now + life,
            ..new
        };
        Planned {
            company: number,
            reference,
            new: Box::new(new),
        }
    }

    /// Does it, and notes what was acknowledged.
    pub(crate) async fn attempt(&mut self, name: &'static str, attempt: &Attempt) -> Result<(), FlowError> {
        let node = self.node(name);
        match attempt {
            Attempt::Record(planned) => self.record(name, planned).await,
            Attempt::Move(case, kind) => self.change(name, *case, *kind).await.map(drop),
            Attempt::Correct(case, planned) => {
                if self.change(name, *case, EventType::Corrected).await? {
                    self.tally.count("corrections");
                    self.record(name, planned).await?;
                }
                Ok(())
            }
            Attempt::Complete(case, planned) => {
                self.record(name, planned).await?;
                let ended = self.node(name).entry(*case).await?;
                assert_eq!(ended.state, StateName::Corrected, "{name}: {planned:?}");
                self.cases.update(&ended);
                self.tally.count("entries completed");
                Ok(())
            }
            Attempt::Publish => node.publish_changes().await.map(drop),
            Attempt::Fold => node.build_digests().await.map(drop),
            Attempt::Expire => {
                // Nothing is said while nobody has confirmed the node's clock.
                if node.expire_entries().await? > 0 {
                    let ended = self.cases.say_ended(name, node.now());
                    self.tally.count_many("entries ended by time", ended);
                }
                Ok(())
            }
            Attempt::Poll => self.sync(name, None).await,
            Attempt::Hear => {
                for from in self.federation.network.notices_to(&id(name)) {
                    self.sync(name, Some(name_of(&from))).await?;
                }
                Ok(())
            }
            Attempt::Watch(number) => {
                let subject = company(&code(*number));
                node.put_subject(&operator(), watched(*number), NewMonitoredSubject { subject })
                    .await?;
                self.watched.entry(name).or_default().insert(*number);
                Ok(())
            }
            Attempt::Unwatch(number) => {
                if self.watched.entry(name).or_default().contains(number) {
                    node.delete_subject(&operator(), watched(*number)).await?;
                    self.watched.entry(name).or_default().remove(number);
                }
                Ok(())
            }
            Attempt::Upkeep => {
                node.apply_brake().await?;
                node.watch_roster().await.map(drop)
            }
        }
    }

    async fn record(&mut self, name: &'static str, planned: &Planned) -> Result<(), FlowError> {
        let new = (*planned.new).clone();
        let recorded = self.node(name).record_entry(&operator(), new).await?;
        self.cases
            .insert(recorded.entry.id, planned.case(name, &recorded.entry));
        self.tally.count("entries recorded");
        Ok(())
    }

    /// Returns whether the entry takes such an event.
    async fn change(&mut self, name: &'static str, case: Uuid, kind: EventType) -> Result<bool, FlowError> {
        let node = self.node(name);
        let revision = node.entry(case).await?.revision;
        let event = NewEvent {
            kind,
            reason: None,
            reference: None,
        };
        let had_ended = self
            .cases
            .find(case)
            .is_some_and(|case| case.has_ended(node.now()));
        match node.apply_event(&operator(), case, revision, event).await {
            Ok(entry) => {
                assert!(
                    !had_ended || entry.state.is_terminal(),
                    "{kind} revived {entry:?}"
                );
                self.cases.update(&entry);
                self.tally.count("events");
                Ok(true)
            }
            Err(error) if error.problem().kind() == Some(ProblemType::IllegalTransition) => {
                if had_ended {
                    self.tally.count("events refused after a lapse");
                }
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn sync(
        &mut self,
        name: &'static str,
        only: Option<&'static str>,
    ) -> Result<(), FlowError> {
        let report = self.node(name).sync(only.map(id), false).await?;
        self.heard(name, &report);
        Ok(())
    }

    /// Notes of whom `name` knows everything now.
    pub(crate) fn heard(&mut self, name: &'static str, report: &lianfang_flow::SyncReport) {
        for peer in &report.peers {
            match &peer.error {
                None => {
                    self.told.tell(name, name_of(&peer.peer), &self.cases);
                    self.tally.count("syncs");
                }
                Some(code) => self.note(format!("{name}: {} gave {code}", peer.peer)),
            }
        }
    }

    fn describe(&self, attempt: &Attempt) -> String {
        let about = |case: &Uuid| {
            let found = self.cases.find(*case);
            found.map_or_else(
                || "?".to_owned(),
                |case| format!("{} on {}", case.reference, case.company),
            )
        };
        match attempt {
            Attempt::Record(new) => format!("records {} on {}", new.reference, new.company),
            Attempt::Move(case, kind) => format!("{kind}: {}", about(case)),
            Attempt::Correct(case, new) => {
                format!("corrects {} by {} on {}", about(case), new.reference, new.company)
            }
            Attempt::Complete(case, _) => format!("completes {}", about(case)),
            other => format!("{other:?}"),
        }
    }
}

/// The reference of a company in a roster.
pub(crate) fn watched(number: u32) -> String {
    format!("company-{number}")
}
