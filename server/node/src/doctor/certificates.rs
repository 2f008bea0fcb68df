use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::Timestamp;

use super::{Finding, Patient, roughly};
use crate::clock::SystemClock;
use crate::config::KeyPair;
use crate::tls::{Credential, Revocations};

/// Certificates and revocation lists can be used, for long enough.
pub(super) fn all(patient: &Patient<'_>) -> Vec<Finding> {
    let tls = &patient.config.tls;
    let mut findings = vec![certificate(patient, "federation", &tls.federation)];
    if let Some(pair) = &tls.platform {
        findings.push(certificate(patient, "platform", pair));
    }
    findings.extend(lists(patient));
    findings
}

fn certificate(patient: &Patient<'_>, name: &'static str, pair: &KeyPair) -> Finding {
    let finding = match Credential::read(name, pair) {
        Err(error) => return Finding::wrong("certificate_broken").with("reason", error),
        Ok(credential) => left(
            patient,
            credential.expires(),
            patient.config.tls.certificate_alarm(),
        ),
    };
    let (state, left) = finding;
    let code = match state {
        Left::Over => Finding::wrong("certificate_over"),
        Left::Soon => Finding::warning("certificate_soon"),
        Left::Enough => Finding::fine("certificate_fine"),
    };
    code.with("path", pair.certificate.display()).with("left", left)
}

fn lists(patient: &Patient<'_>) -> Option<Finding> {
    let file = patient.config.tls.revocations.clone()?;
    let trust = patient.trust.as_ref()?.current();
    let lists = Revocations::read(Some(file), &trust.document.authorities, Arc::new(SystemClock));
    let next = match lists {
        Err(error) => return Some(Finding::wrong("revocations_broken").with("reason", error)),
        Ok(lists) => lists.next_update()?,
    };
    let (state, left) = left(patient, next, patient.config.tls.revocations_alarm());
    let finding = match state {
        Left::Over => Finding::wrong("revocations_over"),
        Left::Soon => Finding::warning("revocations_soon"),
        Left::Enough => Finding::fine("revocations_fine"),
    };
    Some(finding.with("left", left))
}

enum Left {
    Over,
    Soon,
    Enough,
}

fn left(patient: &Patient<'_>, ends: Timestamp, alarm: Duration) -> (Left, String) {
    let left = ends.since(patient.now);
    let state = match left {
        Duration::ZERO => Left::Over,
        left if left <= alarm => Left::Soon,
        _ => Left::Enough,
    };
    (state, roughly(left))
}
