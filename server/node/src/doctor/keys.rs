use lianfang_encoding::PublicKey;
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
    findings
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
