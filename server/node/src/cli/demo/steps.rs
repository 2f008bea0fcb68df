//! The story, step by step. A step that doesn't hold ends it.

use lianfang_flow::{BuildReport, SyncReport};
use lianfang_sdk::Client;
use lianfang_wire::screening::{ReasonCode, Screening};
use lianfang_wire::vocabulary::VerdictName;

use super::super::Fault;
use super::cases::Material;
use super::federation::Federation;
use super::process::NodeProcess;
use super::regulator::feed;
use super::screening::{screen_all, screen_one};
use super::strangers::{removed_member_is_refused, stranger_is_refused};
use super::telling::Telling;
use super::watching::{alerted, watch};

/// Entries sent in one batch.
const BATCH: usize = 2_000;

pub(super) async fn tell(
    federation: &mut Federation,
    material: &Material,
    telling: &mut Telling<'_>,
) -> Result<(), Fault> {
    meet(federation, telling).await?;
    let watched = watch(&federation.c, material).await?;
    record(federation, material, telling).await?;
    let door = federation.b.platform("screenings:write").await?;
    screen(&door, material, telling).await?;
    if let Some(watched) = watched {
        alerted(&federation.c, &watched, telling).await?;
    }
    feed(federation, material, telling).await?;
    outage(federation, &door, material, telling).await
}

async fn meet(federation: &mut Federation, telling: &Telling<'_>) -> Result<(), Fault> {
    telling.step(1, "meet");
    telling.seen("met", &[]);
    hold(
        stranger_is_refused(federation).await?,
        "a stranger's certificate was accepted",
    )?;
    telling.seen("stranger", &[]);
    hold(
        removed_member_is_refused(federation).await?,
        "a removed member was let in",
    )?;
    telling.seen("removed", &[]);
    Ok(())
}

async fn record(federation: &Federation, material: &Material, telling: &Telling<'_>) -> Result<(), Fault> {
    telling.step(2, "record");
    let a = federation.a.operator()?;
    for batch in material.entries.chunks(BATCH) {
        let results = a.record_entries(batch).await?;
        if let Some(problem) = results.into_iter().find_map(|result| result.problem) {
            return Err(Fault::Refused(Box::new(problem)));
        }
    }
    telling.seen("recorded", &[("count", material.entries.len().to_string())]);
    let built: BuildReport = a.build_digests().await?;
    hold(built.identifiers > 0, "platform A published nothing")?;
    telling.seen(
        "built",
        &[
            ("lists", built.lists.to_string()),
            ("identifiers", built.identifiers.to_string()),
        ],
    );
    for node in [&federation.b, &federation.c, &federation.regulator] {
        fetch(node, &federation.a).await?;
    }
    telling.seen("synced", &[]);
    Ok(())
}

pub(super) async fn fetch(node: &NodeProcess, publisher: &NodeProcess) -> Result<(), Fault> {
    let report: SyncReport = node.operator()?.sync(None, false).await?;
    match report.peers.iter().find(|peer| peer.peer == publisher.id) {
        Some(peer) if peer.error.is_none() => Ok(()),
        Some(peer) => {
            let why = peer.detail.clone().unwrap_or_default();
            Err(Fault::plain(format!(
                "{} couldn't fetch from {}: {why}",
                node.id, publisher.id
            )))
        }
        None => Err(Fault::plain(format!("{} doesn't know {}", node.id, publisher.id))),
    }
}

async fn screen(door: &Client, material: &Material, telling: &Telling<'_>) -> Result<(), Fault> {
    telling.step(3, "screen");
    if let (Some((kind, _)), Some(disguised)) = (material.blockable.first(), material.disguised.first()) {
        let screening = screen_one(door, *kind, disguised).await?;
        hold(
            screening.verdict == VerdictName::Block,
            "a disguised offender wasn't blocked",
        )?;
        let by_a = screening.reasons.iter().any(|reason| {
            reason
                .publisher
                .as_ref()
                .is_some_and(|publisher| publisher.as_str() == "platform-a")
        });
        hold(
            by_a && screening.complete,
            "a block without the publisher's reasons",
        )?;
        telling.seen("blocked", &[("shown", disguised.replace('\u{200b}', "⎵"))]);
    } else {
        telling.seen("nothing_strong", &[]);
    }
    let kind = lianfang_identifier::Kind::CnUscc.into();
    let neighbour = screen_one(door, kind, &material.neighbour).await?;
    hold(
        neighbour.verdict == VerdictName::Clear,
        "a near neighbour of an offender wasn't clear",
    )?;
    telling.seen("neighbour", &[("shown", material.neighbour.clone())]);
    let tally = screen_all(door, material).await?;
    let rate = material.applicants.len() as f64 / tally.took.as_secs_f64().max(0.001);
    telling.seen(
        "applicants",
        &[
            ("count", material.applicants.len().to_string()),
            ("clear", tally.clear.to_string()),
            ("review", tally.review.to_string()),
            ("block", tally.block.to_string()),
            ("rate", format!("{rate:.0}")),
        ],
    );
    Ok(())
}

async fn outage(
    federation: &mut Federation,
    door: &Client,
    material: &Material,
    telling: &Telling<'_>,
) -> Result<(), Fault> {
    telling.step(7, "outage");
    // The last blockable offender hasn't been screened, unless the files hold a single one.
    if material.blockable.len() > 1
        && let (Some((kind, _)), Some(disguised)) = (material.blockable.last(), material.disguised.last())
        && !is_applicant(material)
    {
        federation.a.kill().await?;
        let screening = screen_one(door, *kind, disguised).await?;
        hold(
            is_review(&screening, ReasonCode::PublisherUnavailable),
            "an unconfirmed hit wasn't review",
        )?;
        telling.seen("publisher_down", &[]);
    }
    federation.regulator.kill().await?;
    let fresh = lianfang_identifier::Kind::CnUscc.into();
    let screening = screen_one(door, fresh, UNSEEN).await?;
    hold(
        is_review(&screening, ReasonCode::TokensUnavailable),
        "a screening without tokens wasn't review",
    )?;
    telling.seen("committee_down", &[]);
    federation.regulator.start().await?;
    federation.a.start().await?;
    let again = screen_one(door, fresh, UNSEEN).await?;
    hold(
        again.verdict == VerdictName::Clear && again.complete,
        "the federation didn't recover",
    )?;
    telling.seen("recovered", &[]);
    Ok(())
}

/// The reserved test code that is clear: no screening before has asked for its token.
const UNSEEN: &str = "91990001LF00000169";

/// Whether the last blockable offender is among the applicants, so that its record is cached already.
fn is_applicant(material: &Material) -> bool {
    let Some((kind, value)) = material.blockable.last() else {
        return true;
    };
    let forms = lianfang_identifier::canonicalise(*kind, value, None).unwrap_or_default();
    material
        .applicants
        .iter()
        .map(|case| super::cases::forms(&case.subject))
        .any(|seen| {
            forms
                .iter()
                .any(|form| seen.contains(&(form.kind.number(), form.level.number(), form.value.clone())))
        })
}

fn is_review(screening: &Screening, code: ReasonCode) -> bool {
    screening.verdict == VerdictName::Review
        && !screening.complete
        && screening.reasons.iter().any(|reason| reason.code == code)
}

pub(super) fn hold(condition: bool, otherwise: &str) -> Result<(), Fault> {
    if condition {
        Ok(())
    } else {
        Err(Fault::plain(otherwise))
    }
}
