use lianfang_encoding::PublicKey;
use lianfang_flow::HeldShare;
use lianfang_wire::membership::Member;

use super::{Finding, Patient, roughly};
use crate::tls::{CertificateIdentity, Material};
use crate::wiring::TokenFiles;

/// The keys are there, can be read, and are those that the membership document names.
pub(super) fn all(patient: &Patient<'_>) -> Vec<Finding> {
    let mut findings = vec![own(patient), tls(patient)];
    findings.push(match TokenFiles::of(patient.config).read() {
        Ok(_) => Finding::fine("tokens_fine"),
        Err(error) => Finding::wrong("tokens_broken").with("reason", error),
    });
    findings.extend(shares(patient));
    findings
}

/// The shares of the token keys that count on this node. Backups never hold them.
fn shares(patient: &Patient<'_>) -> Option<Finding> {
    let index = member(patient)?.committee_index?;
    let document = patient.trust.as_ref()?.current();
    let held = patient
        .folder
        .node_keys(patient.folder.secrets().ok()?)
        .ok()?
        .shares;
    let (mut missing, mut foreign) = (0, 0);
    for key in &document.document.keys {
        let Some(named) = key
            .verification_share(index)
            .filter(|_| key.is_valid_at(patient.now))
        else {
            continue;
        };
        let is_of = |held: &&HeldShare| held.key_id == key.key_id() && held.generation == key.generation();
        match held.iter().find(is_of) {
            Some(held) if held.share.verification_share() == named => {}
            Some(_) => foreign += 1,
            None => missing += 1,
        }
    }
    Some(match (foreign, missing) {
        (0, 0) => Finding::fine("shares_fine"),
        (0, count) => Finding::wrong("shares_missing").with("count", count),
        (count, _) => Finding::wrong("shares_foreign").with("count", count),
    })
}

fn own(patient: &Patient<'_>) -> Finding {
    let secrets = match patient.folder.secrets() {
        Ok(secrets) => secrets,
        Err(error) => return Finding::wrong("keys_broken").with("reason", error),
    };
    let signing: PublicKey = secrets.signing.public();
    if let Err(error) = patient.folder.node_keys(secrets) {
        return Finding::wrong("keys_broken").with("reason", error);
    }
    match member(patient) {
        Some(member) if !member.signing_keys.contains(&signing) => Finding::wrong("keys_signing"),
        _ => Finding::fine("keys_fine"),
    }
}

fn tls(patient: &Patient<'_>) -> Finding {
    let material = match Material::read(&patient.config.tls.federation) {
        Ok(material) => material,
        Err(error) => return Finding::wrong("certificate_broken").with("reason", error),
    };
    match (CertificateIdentity::of(material.leaf()), member(patient)) {
        (Err(reason), _) => Finding::wrong("certificate_broken").with("reason", reason),
        (Ok(shown), Some(member)) if !member.is_pinned(&shown.pin, patient.now) => Finding::wrong("keys_pin"),
        (
            Ok(shown),
            Some(Member {
                pin,
                retiring: Some(retiring),
                ..
            }),
        ) if shown.pin != pin.0 => {
            Finding::warning("pin_retiring").with("left", roughly(retiring.until.since(patient.now)))
        }
        _ => Finding::fine("pin_fine"),
    }
}

fn member(patient: &Patient<'_>) -> Option<Member> {
    let document = patient.trust.as_ref()?.current();
    let own = &patient.config.node.id;
    document
        .document
        .members
        .iter()
        .find(|member| member.id == *own)
        .cloned()
}
