use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::{SubjectType, Timestamp};
use lianfang_flow::Node;
use lianfang_identifier::{InputKind, Kind};
use lianfang_wire::entry::{
    Automation, Basis, Decision, Entry, Evidence, Identifier, Measure, NewEntry, NewEvent, Sharing, Subject,
    SubjectNotice, Violation,
};
use lianfang_wire::screening::{NewScreening, OnUnavailable};
use lianfang_wire::vocabulary::{BasisType, Category, EventType, MeasureAction, Purpose, Role};

use super::operator;

const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn identifier(kind: &str, value: &str) -> Identifier {
    Identifier {
        kind: kind.to_owned(),
        value: value.to_owned(),
        region: None,
        role: Role::Own,
        verified: true,
        observed_at: None,
    }
}

/// Synthetic company codes with their check digit.
pub(crate) fn code(number: u32) -> String {
    let body = format!("91350100M0001{number:04}");
    let valid = |check: &char| {
        let code = format!("{body}{check}");
        lianfang_identifier::canonicalise(InputKind::from(Kind::CnUscc), &code, None).is_ok()
    };
    let check = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find(valid);
    format!("{body}{}", check.unwrap())
}

/// A company by its unified social credit code.
pub(crate) fn company(code: &str) -> Subject {
    Subject {
        kind: SubjectType::Seller,
        natural_person: false,
        identifiers: vec![identifier("cn_uscc", code)],
    }
}

/// A product by its GTIN.
pub(crate) fn product(gtin: &str) -> Subject {
    Subject {
        kind: SubjectType::Product,
        natural_person: false,
        identifiers: vec![identifier("gtin", gtin)],
    }
}

/// A complete, documented entry by a platform's own decision, shared with everybody.
pub(crate) fn entry(subject: Subject, now: Timestamp) -> NewEntry {
    NewEntry {
        client_reference: None,
        derived_from: Vec::new(),
        subject,
        violation: Some(Violation {
            category: Category::Counterfeit,
            right: None,
        }),
        basis: Basis {
            kind: BasisType::PlatformDecision,
            jurisdiction: "CN".to_owned(),
            reference: None,
            default_judgment: false,
        },
        decision: Some(Decision {
            decided_at: now - DAY,
            detection_automated: false,
            decision_automation: Automation::None,
            facts: None,
        }),
        scale: None,
        measure: Measure {
            action: MeasureAction::CloseShop,
            jurisdictions: vec!["CN".to_owned()],
            effective_from: now - DAY,
        },
        evidence: vec![Evidence {
            sha256: "00".repeat(32),
            media_type: "text/plain".to_owned(),
            title: "test".to_owned(),
        }],
        subject_notice: Some(SubjectNotice {
            sent_at: now - DAY,
            channel: "test".to_owned(),
        }),
        expires: now + 300 * DAY,
        sharing: Sharing::default(),
    }
}

/// The same entry for another audience.
pub(crate) fn shared_with(audience: &str, entry: NewEntry) -> NewEntry {
    NewEntry {
        sharing: Sharing {
            audience: audience.to_owned(),
        },
        ..entry
    }
}

pub(crate) fn screening(subject: Subject) -> NewScreening {
    NewScreening {
        purpose: Purpose::Onboarding,
        client_reference: None,
        subject,
        on_unavailable: OnUnavailable::Review,
    }
}

/// What happens to an entry of the node's own.
pub(crate) async fn event(node: &Arc<Node>, entry: &Entry, kind: EventType) -> Entry {
    let event = NewEvent {
        kind,
        reason: None,
        reference: None,
    };
    node.apply_event(&operator(), entry.id, entry.revision, event)
        .await
        .unwrap()
}

pub(crate) async fn withdraw(node: &Arc<Node>, entry: &Entry) -> Entry {
    event(node, entry, EventType::Withdrawn).await
}
