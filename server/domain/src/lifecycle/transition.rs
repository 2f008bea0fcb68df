use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::{BasisType, EventType, StateName};

use super::{Deadline, State, contest_deadline, forwarding_deadline};

/// What a transition needs to know beside state and event.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The present time.
    pub now: Timestamp,
    /// What the finding rests on.
    pub basis: BasisType,
    /// When the finding ends by itself.
    pub expires: Timestamp,
}

/// Why an event doesn't apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("an entry that is {from} doesn't take the event {event}")]
    Illegal { from: StateName, event: EventType },
    #[error("a final finding changes only by the court or authority that made it")]
    FinalFinding,
}

/// Moves an entry. Pure: the same arguments always give the same state. What time has ended, written down or not, takes
/// only an event that ends it.
///
/// # Errors
/// [`Refusal`] when the state doesn't take the event.
pub fn apply(state: State, event: EventType, at: Circumstances) -> Result<State, Refusal> {
    let counts = state.effective(at.now, at.expires);
    let moved = step(state, event, at)?;
    if counts.is_terminal() && !moved.name().is_terminal() {
        return Err(Refusal::Illegal { from: counts, event });
    }
    Ok(moved)
}

/// Whether the clock of the state that an event leads to begins with the event.
pub fn begins_deadline(event: EventType) -> bool {
    matches!(event, EventType::Contested | EventType::Forwarded)
}

fn step(state: State, event: EventType, at: Circumstances) -> Result<State, Refusal> {
    let from = state.name();
    let illegal = Err(Refusal::Illegal { from, event });
    if event == EventType::Expired && !from.is_terminal() {
        return Ok(State::Expired);
    }
    match state {
        State::Draft => match event {
            EventType::SubjectNotified => Ok(State::Notified),
            EventType::Activated => Ok(State::Active),
            EventType::Withdrawn => Ok(State::Withdrawn),
            _ => illegal,
        },
        State::Notified => match event {
            EventType::Activated => Ok(State::Active),
            EventType::Withdrawn => Ok(State::Withdrawn),
            _ => illegal,
        },
        State::Active => match event {
            EventType::Corrected => Ok(State::Corrected),
            _ => from_effective(State::Active, event, at),
        },
        State::Upheld => from_effective(State::Upheld, event, at),
        State::Contested { deadline } => from_contested(deadline, event, at),
        State::Forwarded { .. } => match event {
            EventType::Upheld => Ok(State::Upheld),
            EventType::Withdrawn => Ok(State::Withdrawn),
            EventType::Released => Ok(State::Released),
            EventType::Litigated => Ok(State::Litigated),
            EventType::Settled => Ok(State::Settled),
            _ => illegal,
        },
        State::Litigated => match event {
            EventType::Upheld => Ok(State::Upheld),
            EventType::Withdrawn => Ok(State::Withdrawn),
            EventType::Settled => Ok(State::Settled),
            _ => illegal,
        },
        State::Suspended { previous } | State::CourtStay { previous } => match event {
            EventType::Resumed => Ok(*previous),
            EventType::Withdrawn => Ok(State::Withdrawn),
            EventType::Released => Ok(State::Released),
            _ => illegal,
        },
        State::Released | State::Expired | State::Withdrawn | State::Settled | State::Corrected => illegal,
    }
}

fn from_effective(state: State, event: EventType, at: Circumstances) -> Result<State, Refusal> {
    match event {
        EventType::Contested => match contest_deadline(at.basis, at.now) {
            Some(deadline) => Ok(State::Contested { deadline }),
            None => Err(Refusal::FinalFinding),
        },
        EventType::Suspended => Ok(State::Suspended {
            previous: Box::new(state),
        }),
        EventType::CourtStayed => Ok(State::CourtStay {
            previous: Box::new(state),
        }),
        EventType::Withdrawn => Ok(State::Withdrawn),
        _ => Err(Refusal::Illegal {
            from: state.name(),
            event,
        }),
    }
}

fn from_contested(deadline: Deadline, event: EventType, at: Circumstances) -> Result<State, Refusal> {
    match event {
        // Forwarding doesn't lengthen a clock that runs already: the earlier end counts.
        EventType::Forwarded => {
            let forwarding = forwarding_deadline(at.now);
            let deadline = if forwarding.due < deadline.due {
                forwarding
            } else {
                deadline
            };
            Ok(State::Forwarded { deadline })
        }
        EventType::Upheld => Ok(State::Upheld),
        EventType::Withdrawn => Ok(State::Withdrawn),
        EventType::Released => Ok(State::Released),
        EventType::Settled => Ok(State::Settled),
        _ => Err(Refusal::Illegal {
            from: StateName::Contested,
            event,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use lianfang_wire::vocabulary::DeadlineRule;

    fn at(basis: BasisType) -> Circumstances {
        Circumstances {
            now: Timestamp::from_secs(1_000),
            basis,
            expires: Timestamp::MAX,
        }
    }

    fn example(name: StateName) -> State {
        let deadline = Deadline {
            due: Timestamp::from_secs(5_000_000),
            rule: DeadlineRule::CnEcommerceLaw,
        };
        match name {
            StateName::Draft => State::Draft,
            StateName::Notified => State::Notified,
            StateName::Active => State::Active,
            StateName::Contested => State::Contested { deadline },
            StateName::Forwarded => State::Forwarded { deadline },
            StateName::Litigated => State::Litigated,
            StateName::Upheld => State::Upheld,
            StateName::Suspended => State::Suspended {
                previous: Box::new(State::Upheld),
            },
            StateName::CourtStay => State::CourtStay {
                previous: Box::new(State::Active),
            },
            StateName::Released => State::Released,
            StateName::Expired => State::Expired,
            StateName::Withdrawn => State::Withdrawn,
            StateName::Settled => State::Settled,
            StateName::Corrected => State::Corrected,
        }
    }

    /// PROTOCOL.md §6, written down a second time as a table.
    fn allowed(from: StateName) -> &'static [StateName] {
        use StateName::*;
        match from {
            Draft => &[Notified, Active, Withdrawn, Expired],
            Notified => &[Active, Withdrawn, Expired],
            Active => &[Contested, Suspended, CourtStay, Expired, Withdrawn, Corrected],
            Contested => &[Forwarded, Upheld, Withdrawn, Released, Settled, Expired],
            Forwarded => &[Upheld, Withdrawn, Released, Litigated, Settled, Expired],
            Litigated => &[Upheld, Withdrawn, Settled, Expired],
            Upheld => &[Contested, Suspended, CourtStay, Expired, Withdrawn],
            Suspended => &[Upheld, Withdrawn, Released, Expired],
            CourtStay => &[Active, Withdrawn, Released, Expired],
            Released | Expired | Withdrawn | Settled | Corrected => &[],
        }
    }

    #[test]
    fn exactly_the_transitions_of_the_protocol_exist() {
        for from in StateName::ALL {
            let reached: BTreeSet<_> = EventType::ALL
                .iter()
                .filter_map(|event| apply(example(*from), *event, at(BasisType::RightsHolderNotice)).ok())
                .map(|state| state.name())
                .collect();
            assert_eq!(reached, allowed(*from).iter().copied().collect(), "from {from}");
        }
    }

    #[test]
    fn a_clock_runs_after_exactly_the_events_that_begin_one() {
        for (from, event) in pairs() {
            if let Ok(state) = apply(example(from), event, at(BasisType::RightsHolderNotice)) {
                assert_eq!(
                    state.deadline().is_some(),
                    begins_deadline(event),
                    "{event} from {from}"
                );
            }
        }
    }

    fn pairs() -> impl Iterator<Item = (StateName, EventType)> {
        let of = |from: &StateName| {
            EventType::ALL
                .iter()
                .map(|event| (*from, *event))
                .collect::<Vec<_>>()
        };
        StateName::ALL.iter().flat_map(of)
    }

    #[test]
    fn a_contest_of_a_notice_gives_the_complainant_fifteen_days() {
        let state = apply(
            State::Active,
            EventType::Contested,
            at(BasisType::RightsHolderNotice),
        )
        .unwrap();
        let deadline = state.deadline().unwrap();
        assert_eq!(deadline.due, Timestamp::from_secs(1_000 + 15 * 86_400));
        let late = deadline.due;
        assert_eq!(state.effective(late, Timestamp::MAX), StateName::Released);
        assert_eq!(
            state.effective(Timestamp::from_secs(1_001), Timestamp::MAX),
            StateName::Contested
        );
    }

    #[test]
    fn what_time_has_ended_takes_only_an_event_that_ends_it() {
        let at = at(BasisType::RightsHolderNotice);
        let expired = Circumstances {
            expires: at.now,
            ..at
        };
        let lapsed = Circumstances {
            now: Timestamp::from_secs(5_000_000),
            ..at
        };
        let reached = |from: StateName, at| {
            let moved = EventType::ALL
                .iter()
                .filter_map(move |event| apply(example(from), *event, at).ok());
            moved.map(|state| state.name()).collect::<BTreeSet<_>>()
        };
        for from in StateName::ALL {
            let ends: BTreeSet<_> = allowed(*from)
                .iter()
                .copied()
                .filter(|state| state.is_terminal())
                .collect();
            assert_eq!(reached(*from, expired), ends, "from {from}");
            if example(*from).deadline().is_some() {
                assert_eq!(reached(*from, lapsed), ends, "from {from}");
            }
        }
    }

    #[test]
    fn a_final_finding_is_not_contested_here() {
        let refused = apply(State::Active, EventType::Contested, at(BasisType::CourtFinal));
        assert_eq!(refused, Err(Refusal::FinalFinding));
    }

    #[test]
    fn the_end_of_a_finding_counts_before_any_job_has_run() {
        assert_eq!(
            State::Active.effective(Timestamp::from_secs(10), Timestamp::from_secs(10)),
            StateName::Expired
        );
    }
}
