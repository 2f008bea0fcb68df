//! Screenings through the platform door, one value or thousands at once.

use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use lianfang_encoding::SubjectType;
use lianfang_identifier::InputKind;
use lianfang_sdk::Client;
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::screening::{NewScreening, OnUnavailable, Screening};
use lianfang_wire::vocabulary::{Purpose, Role, VerdictName};

use super::super::Fault;
use super::cases::{Case, Material, forms};

/// Requests under way at once.
const AT_ONCE: usize = 16;
/// How often an applicant is screened while something can't be asked in time, as on a machine with a lot to do.
const TRIES: usize = 3;

/// Screens one identifier of an applicant.
pub(super) async fn screen_one(door: &Client, kind: InputKind, value: &str) -> Result<Screening, Fault> {
    let identifier = Identifier {
        kind: kind.to_string(),
        value: value.to_owned(),
        region: None,
        role: Role::Own,
        verified: true,
        observed_at: None,
    };
    let subject = Subject {
        kind: SubjectType::Seller,
        natural_person: false,
        identifiers: vec![identifier],
    };
    screen(door, subject, None).await
}

async fn screen(door: &Client, subject: Subject, reference: Option<String>) -> Result<Screening, Fault> {
    let asked = NewScreening {
        purpose: Purpose::Onboarding,
        client_reference: reference,
        subject,
        on_unavailable: OnUnavailable::Review,
    };
    Ok(door.screen(&asked).await?)
}

/// What became of many applicants.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) clear: usize,
    pub(super) review: usize,
    pub(super) block: usize,
    pub(super) took: Duration,
}

/// Screens every applicant and holds each verdict against what the files say must come of it: who shares a
/// strong identifier with an offender is blocked, who shares nothing is clear.
pub(super) async fn screen_all(door: &Client, material: &Material) -> Result<Tally, Fault> {
    let began = Instant::now();
    let judged: Vec<Judged> = stream::iter(&material.applicants)
        .map(|case| judge(door, case, material))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let mut tally = Tally {
        took: began.elapsed(),
        ..Tally::default()
    };
    for one in &judged {
        match one.verdict {
            VerdictName::Clear => tally.clear += 1,
            VerdictName::Review => tally.review += 1,
            VerdictName::Block => tally.block += 1,
        }
    }
    let wrong = || judged.iter().filter(|one| !one.is_right);
    match wrong().count() {
        0 => Ok(tally),
        count => Err(Fault::plain(format!(
            "{count} applicants got another verdict than the files call for, {} of them because something couldn't be asked",
            wrong().filter(|one| !one.is_complete).count()
        ))),
    }
}

struct Judged {
    verdict: VerdictName,
    is_complete: bool,
    /// It is the verdict that the files call for.
    is_right: bool,
}

async fn judge(door: &Client, case: &Case, material: &Material) -> Result<Judged, Fault> {
    let screening = screen_completely(door, case).await?;
    let forms = forms(&case.subject);
    let is_right = if forms.iter().any(|form| material.strong.contains(form)) {
        screening.verdict == VerdictName::Block
    } else if forms.iter().any(|form| material.any.contains(form)) {
        screening.verdict != VerdictName::Block
    } else {
        screening.verdict == VerdictName::Clear
    };
    Ok(Judged {
        verdict: screening.verdict,
        is_complete: screening.complete,
        is_right,
    })
}

async fn screen_completely(door: &Client, case: &Case) -> Result<Screening, Fault> {
    let ask = || screen(door, case.subject.clone(), Some(case.reference.clone()));
    let mut screening = ask().await?;
    for _ in 1..TRIES {
        if screening.complete {
            break;
        }
        screening = ask().await?;
    }
    Ok(screening)
}
