//! How an entry gets from where the backup has it to where others were told that it is.

use std::time::Duration;

use lianfang_domain::lifecycle::State;
use lianfang_encoding::Timestamp;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::feed::StatusItem;
use lianfang_wire::vocabulary::{EventType, StateName};

use crate::entries::Step;

/// Whether the entry already is where others were told at `now` that it is.
pub(super) fn is_there(state: &State, told: &StatusItem, now: Timestamp) -> bool {
    state.name() == told.state && !is_another_contest(state, told, now)
}

/// Whether anything leads to what others were told: what is in force again stays as the backup has it.
pub(super) fn is_repeated(told: &StatusItem) -> bool {
    !events_to(told.state).is_empty()
}

/// Single steps that lead there, or else to a state that is no worse for the subject: the first that the entry takes counts.
/// The backup may lack what came before the last event, such as the contest that was settled.
pub(super) fn ways(state: &State, told: &StatusItem, now: Timestamp) -> Vec<Step> {
    // What was said before a clock ran out isn't undone because it did since.
    let said = told.at.min(now);
    let in_time = state
        .deadline()
        .map_or(said, |clock| said.min(clock.due - Duration::from_micros(1)));
    let kinds = events_to(told.state);
    let anew = is_another_contest(state, told, now);
    let step = |kind, at, after| step(kind, (at, told.at), after);
    let direct = kinds.iter().filter_map(|kind| match kind {
        EventType::Upheld => Some(step(*kind, in_time, None)),
        _ => (!anew).then(|| step(*kind, said, None)),
    });
    let behind = way_out(state).map(|out| (out, in_time));
    let around = kinds
        .iter()
        .filter_map(|kind| behind.map(|_| step(*kind, said, behind)));
    direct.chain(around).collect()
}

/// Dated no earlier than it was told to have been: readers take the latest of what was said.
fn step(kind: EventType, (at, since): (Timestamp, Timestamp), after: Option<(EventType, Timestamp)>) -> Step {
    let event = NewEvent {
        kind,
        reason: Some("said before the restore from a backup".to_owned()),
        reference: None,
    };
    Step {
        event,
        at,
        since,
        after,
    }
}

/// Whether the entry lived on after the contest that the backup knows of, which had been settled in time then: another clock
/// runs, or none.
fn is_another_contest(state: &State, told: &StatusItem, now: Timestamp) -> bool {
    let lived_on = !told.state.is_terminal() && told.at <= now;
    let is_later = |due: Timestamp| told.deadline.is_some_and(|told| due < told);
    let clock = state.deadline().filter(|_| lived_on);
    clock.is_some_and(|clock| clock.has_lapsed(told.at) || is_later(clock.due))
}

/// How an entry leaves a state that it had left before what others were told.
fn way_out(state: &State) -> Option<EventType> {
    match state {
        State::Contested { .. } | State::Forwarded { .. } | State::Litigated => Some(EventType::Upheld),
        State::Suspended { .. } | State::CourtStay { .. } => Some(EventType::Resumed),
        _ => None,
    }
}

fn events_to(state: StateName) -> &'static [EventType] {
    match state {
        StateName::Contested => &[EventType::Contested],
        StateName::Forwarded => &[EventType::Forwarded, EventType::Contested],
        StateName::Litigated => &[EventType::Litigated, EventType::Contested],
        StateName::Upheld => &[EventType::Upheld],
        StateName::Suspended => &[EventType::Suspended],
        StateName::CourtStay => &[EventType::CourtStayed],
        StateName::Released | StateName::Withdrawn => &[EventType::Withdrawn],
        StateName::Expired => &[EventType::Expired],
        StateName::Settled => &[EventType::Settled, EventType::Withdrawn],
        StateName::Corrected => &[EventType::Corrected, EventType::Withdrawn],
        StateName::Draft | StateName::Notified | StateName::Active => &[],
    }
}
