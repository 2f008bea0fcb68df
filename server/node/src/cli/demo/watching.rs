//! An offender trades at platform C already, and C watches its sellers before A says anything.

use std::time::Duration;

use lianfang_domain::Clock as _;
use lianfang_encoding::{SubjectType, Timestamp};
use lianfang_sdk::AlertQuery;
use lianfang_wire::alert::{AlertChange, AlertEvent};
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::roster::RosterLine;
use lianfang_wire::vocabulary::Role;

use super::super::Fault;
use super::cases::{Material, forms};
use super::process::NodeProcess;
use super::steps::hold;
use super::telling::Telling;
use crate::clock::SystemClock;

const SELLER: &str = "seller-of-c";
/// Innocent sellers beside it.
const OTHERS: usize = 500;
/// Delay and jitter are a few seconds.
const ALERTED_WITHIN: Duration = Duration::from_secs(30);

/// C's roster, and when A had said nothing yet.
pub(super) struct Watched {
    sellers: usize,
    began: Timestamp,
}

/// Loads C's roster: the first blockable offender among sellers that nothing is known of. None without such offenders.
pub(super) async fn watch(c: &NodeProcess, material: &Material) -> Result<Option<Watched>, Fault> {
    let Some((kind, value)) = material.blockable.first() else {
        return Ok(None);
    };
    let offender = Subject {
        kind: SubjectType::Seller,
        natural_person: false,
        identifiers: vec![Identifier {
            kind: kind.to_string(),
            value: value.clone(),
            region: None,
            role: Role::Own,
            verified: true,
            observed_at: None,
        }],
    };
    let innocent = material
        .applicants
        .iter()
        .filter(|case| forms(&case.subject).is_disjoint(&material.any))
        .take(OTHERS)
        .enumerate();
    let mut roster: Vec<_> = innocent
        .map(|(number, case)| RosterLine {
            client_reference: format!("other-seller-{number}"),
            subject: case.subject.clone(),
        })
        .collect();
    roster.push(RosterLine {
        client_reference: SELLER.to_owned(),
        subject: offender,
    });
    let results = c.operator()?.monitor_all(&roster).await?;
    if let Some(problem) = results.into_iter().find_map(|result| result.problem) {
        return Err(Fault::Refused(Box::new(problem)));
    }
    Ok(Some(Watched {
        sellers: roster.len(),
        began: SystemClock.now(),
    }))
}

/// Waits for C's alert by following its events over its platform door.
pub(super) async fn alerted(c: &NodeProcess, watched: &Watched, telling: &Telling<'_>) -> Result<(), Fault> {
    telling.step(4, "watch");
    telling.seen("watched", &[("count", watched.sellers.to_string())]);
    let door = c.platform("alerts:read").await?;
    let mut events = door.follow_alerts(Some(0)).await?;
    let opened = tokio::time::timeout(ALERTED_WITHIN, async {
        while let Some(event) = events.next().await? {
            if event.change == AlertChange::Opened {
                return Ok(event);
            }
        }
        Err(Fault::plain("platform C ended the stream of its alerts"))
    });
    let event: AlertEvent = opened
        .await
        .unwrap_or_else(|_| Err(Fault::plain("platform C wasn't alerted about its seller")))?;
    let alerts = door.alerts(&AlertQuery::default()).await?.items;
    hold(
        alerts.iter().all(|alert| alert.client_reference == SELLER),
        "platform C was alerted about an innocent seller",
    )?;
    hold(
        event.alert.finding.publisher.as_str() == "platform-a",
        "an alert without the publisher's finding",
    )?;
    let took = event.alert.opened_at.since(watched.began);
    telling.seen(
        "alerted",
        &[
            ("reference", event.alert.client_reference),
            ("milliseconds", took.as_millis().to_string()),
        ],
    );
    Ok(())
}
