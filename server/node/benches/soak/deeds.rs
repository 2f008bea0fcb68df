use std::sync::atomic::Ordering;

use lianfang_node::auth::Scope;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::vocabulary::{EventType, StateName, VerdictName};
use serde_json::json;

use crate::ask::Answer;
use crate::drops::{self, Leave};
use crate::load::Load;
use crate::offenders::{code, offence, screening};
use crate::state::Living;

/// Entries and monitored sellers that live at one node, once that many are reached.
const LIVING: usize = 100;
/// Offenders of each node have numbers of their own, and those who did nothing theirs.
const PER_NODE: u32 = 200_000;
const INNOCENT: u32 = 800_000;
/// Most applicants come again and again, others once.
const REGULARS: u32 = 400;
const OTHERS: u32 = 100_000;
/// Lines of a batch.
const LINES: u32 = 20;

/// One thing that is done at a node.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    /// Somebody who did nothing.
    Screen,
    /// Somebody whom the next node has recorded a while ago.
    ScreenOffender,
    ScreenBatch,
    /// Records an entry, or withdraws one when enough live.
    Turn,
    /// Suspends an entry, or lets it go on.
    Pause,
    /// Monitors a seller, or stops monitoring one when enough are.
    Watch,
    Read,
    Sync,
    Feed,
    Figures,
    BadToken,
    Malformed,
    Unknown,
    /// Opens a connection of its own for one request.
    Anew,
    Leave(Leave),
}

/// How often each is done, of all of them.
pub(crate) const WEIGHTS: [(Deed, u32); 17] = [
    (Deed::Screen, 34),
    (Deed::ScreenOffender, 8),
    (Deed::ScreenBatch, 4),
    (Deed::Turn, 12),
    (Deed::Pause, 6),
    (Deed::Watch, 8),
    (Deed::Read, 6),
    (Deed::Sync, 1),
    (Deed::Feed, 4),
    (Deed::Figures, 1),
    (Deed::BadToken, 3),
    (Deed::Malformed, 3),
    (Deed::Unknown, 3),
    (Deed::Anew, 2),
    (Deed::Leave(Leave::AtOnce), 2),
    (Deed::Leave(Leave::AfterHandshake), 1),
    (Deed::Leave(Leave::WithinRequest), 1),
];

/// What was answered instead of what was due.
pub(crate) type Surprise = String;

impl Load {
    pub(crate) async fn carry_out(&self, place: usize, deed: Deed, salt: u32) -> Result<(), Surprise> {
        let site = &self.sites[place];
        match deed {
            Deed::Screen => {
                self.screen(place, &code(innocent(salt)), VerdictName::Clear)
                    .await
            }
            Deed::ScreenOffender => self.screen_offender(place).await,
            Deed::ScreenBatch => self.screen_batch(place, salt).await,
            Deed::Turn => self.turn(place).await,
            Deed::Pause => self.pause(place).await,
            Deed::Watch => self.watch(place).await,
            Deed::Read => {
                let (path, scope) = match salt % 4 {
                    0 => ("/v1/entries?limit=20", Scope::EntriesRead),
                    1 => ("/v1/alerts?limit=20", Scope::AlertsRead),
                    2 => ("/v1/peers", Scope::PeersRead),
                    _ => ("/v1/roster", Scope::RosterRead),
                };
                site.get(path, scope, salt).await?.due(200)
            }
            Deed::Sync => {
                let report: Result<serde_json::Value, _> = site.operator.sync(None, false).await;
                report.map(drop).map_err(|error| error.to_string())
            }
            Deed::Feed => site.read_feed(&self.states[place].feed).await,
            Deed::Figures => site.figures().await?.due(200),
            Deed::BadToken => site.stranger(salt).await?.due(401),
            Deed::Malformed => site
                .post_text("/v1/screenings", Scope::ScreeningsWrite, "{", salt)
                .await?
                .due(400),
            Deed::Unknown => {
                let path = format!("/v1/entries/{}", uuid::Uuid::from_u128(salt.into()));
                site.get(&path, Scope::EntriesRead, salt).await?.due(404)
            }
            Deed::Anew => site.anew(salt).await?.due(200),
            Deed::Leave(how) => drops::leave(site, how).await,
        }
    }

    async fn screen(&self, place: usize, code: &str, due: VerdictName) -> Result<(), Surprise> {
        let begun = self.elapsed();
        let asked = serde_json::to_value(screening(code)).unwrap();
        let salt = begun.subsec_nanos();
        let site = &self.sites[place];
        let answer = site
            .post("/v1/screenings", Scope::ScreeningsWrite, &asked, salt)
            .await?;
        let took = self.elapsed() - begun;
        self.tally.screenings.lock().unwrap().push((begun, took));
        answer.due(201)?;
        verdict(&answer, due)
    }

    async fn screen_offender(&self, place: usize) -> Result<(), Surprise> {
        let other = (place + 1) % self.sites.len();
        let state = &self.states[other];
        // The oldest of many has long arrived everywhere.
        if state.entries() < LIVING / 2 {
            return Ok(());
        }
        let Some(living) = state.take_entry() else {
            return Ok(());
        };
        let code = code(living.number);
        let screened = self.screen(place, &code, VerdictName::Review).await;
        state.put_entry(living);
        screened
    }

    async fn screen_batch(&self, place: usize, salt: u32) -> Result<(), Surprise> {
        let lines: Vec<_> = (0..LINES)
            .map(|line| serde_json::to_string(&screening(&code(innocent(salt.rotate_left(line))))).unwrap())
            .collect();
        let answer = self.sites[place]
            .post_lines("/v1/screenings/batch", &lines.join("\n"), salt)
            .await?;
        answer.due(200)?;
        self.tally.lines.fetch_add(LINES.into(), Ordering::Relaxed);
        let fine = answer
            .body
            .lines()
            .filter(|line| line.contains("\"verdict\":\"clear\""));
        match fine.count() {
            count if count == lines.len() => Ok(()),
            count => Err(format!("{count} of {} lines are clear", lines.len())),
        }
    }

    async fn turn(&self, place: usize) -> Result<(), Surprise> {
        let state = &self.states[place];
        if state.entries() < LIVING {
            let number = state.number() + PER_NODE * u32::try_from(place).unwrap();
            let operator = &self.sites[place].operator;
            let recorded = operator.record_entry(&offence(number)).await;
            let entry = recorded.map_err(|error| error.to_string())?;
            state.put_entry(Living { number, entry });
            return Ok(());
        }
        match state.take_entry() {
            Some(living) => self.happens(place, &living, EventType::Withdrawn).await.map(drop),
            None => Ok(()),
        }
    }

    async fn pause(&self, place: usize) -> Result<(), Surprise> {
        let Some(mut living) = self.states[place].take_entry() else {
            return Ok(());
        };
        let event = match living.entry.state {
            StateName::Suspended => EventType::Resumed,
            _ => EventType::Suspended,
        };
        living.entry = self.happens(place, &living, event).await?;
        self.states[place].put_entry(living);
        Ok(())
    }

    async fn happens(
        &self,
        place: usize,
        living: &Living,
        kind: EventType,
    ) -> Result<lianfang_wire::entry::Entry, Surprise> {
        let event = NewEvent {
            kind,
            reason: Some("papers are looked at".to_owned()),
            reference: None,
        };
        let (id, revision) = (living.entry.id, living.entry.revision);
        let moved = self.sites[place].operator.entry_event(id, revision, &event).await;
        moved.map_err(|error| error.to_string())
    }

    /// Half of those who are monitored are offenders, so that alerts open and close.
    async fn watch(&self, place: usize) -> Result<(), Surprise> {
        let (site, state) = (&self.sites[place], &self.states[place]);
        if state.watched() >= LIVING {
            let reference = state.take_watched().unwrap_or_default();
            return site.forget(&reference).await?.due(204);
        }
        let number = state.number();
        let seller = match number % 2 {
            0 => INNOCENT + number % OTHERS,
            _ => number + PER_NODE * u32::try_from((place + 1) % self.sites.len()).unwrap(),
        };
        let reference = format!("shop-{number}");
        let subject = json!({ "subject": { "type": "seller", "identifiers": [
            { "kind": "cn_uscc", "value": code(seller), "verified": true },
        ]}});
        site.monitor(&reference, &subject).await?.due(201)?;
        state.put_watched(reference);
        Ok(())
    }
}

fn innocent(salt: u32) -> u32 {
    match salt % 4 {
        0 => INNOCENT + salt / 4 % OTHERS,
        _ => INNOCENT + salt / 4 % REGULARS,
    }
}

fn verdict(answer: &Answer, due: VerdictName) -> Result<(), Surprise> {
    let given: serde_json::Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
    let given = given["verdict"].as_str().unwrap_or("none");
    if given == due.as_str() {
        Ok(())
    } else {
        Err(format!("{given} instead of {due}"))
    }
}
