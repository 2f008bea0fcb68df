//! From a subject as it was sent to the forms that are watched.

use std::collections::BTreeMap;

use lianfang_domain::check_subject;
use lianfang_encoding::{SubjectType, Transcript};
use lianfang_identifier::Canonical;
use lianfang_store::{MonitoredSubject, MonitoredToken};
use lianfang_wire::entry::Subject as Asked;
use lianfang_wire::problem::Violation;
use lianfang_wire::screening::IdentifierOutcome;
use zeroize::Zeroizing;

use crate::screen::normalise;
use crate::tokens::Subject;
use crate::{FlowError, Node};

/// Table label that subjects are bound to at rest.
const SUBJECTS: &str = "monitored_subjects";
/// What can't be a segment of a path of its own: `POST /v1/monitored-subjects/batch` has taken the word, and dots vanish.
const TAKEN: [&str; 3] = ["batch", ".", ".."];

/// One canonical form of one of a subject's identifiers.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) id: [u8; 32],
    pub(super) identifier_index: u16,
    pub(super) canonical: Canonical,
}

/// A subject that passed every check.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) reference: String,
    pub(super) subject: Asked,
    pub(super) outcomes: Vec<IdentifierOutcome>,
    pub(super) forms: Vec<Form>,
    pub(super) content: Zeroizing<Vec<u8>>,
    pub(super) content_hash: [u8; 32],
}

impl Prepared {
    /// What identifies its forms under every key, with the first identifier that each is of.
    pub(super) fn places(&self) -> BTreeMap<[u8; 32], u16> {
        let forms = self.forms.iter().rev();
        forms.map(|form| (form.id, form.identifier_index)).collect()
    }

    /// Those of `tokens` whose form it still has, each at the form's place of now.
    pub(super) fn still_its(&self, tokens: Vec<MonitoredToken>) -> Vec<MonitoredToken> {
        let places = self.places();
        let at_its_place = |row: MonitoredToken| {
            let identifier_index = *places.get(&row.form)?;
            Some(MonitoredToken {
                identifier_index,
                ..row
            })
        };
        tokens.into_iter().filter_map(at_its_place).collect()
    }
}

/// Where a form's token belongs.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) reference: String,
    pub(super) form: [u8; 32],
    pub(super) identifier_index: u16,
}

impl Form {
    pub(super) fn to_tokenise(&self, reference: &str) -> Subject<Place> {
        Subject {
            canonical: self.canonical.clone(),
            tag: Place {
                reference: reference.to_owned(),
                form: self.id,
                identifier_index: self.identifier_index,
            },
        }
    }
}

impl Node {
    /// Checks a subject and brings its identifiers into canonical form.
    ///
    /// # Errors
    /// Every broken rule, or that no identifier is one of its kind.
    pub(super) fn prepare_subject(&self, reference: String, subject: Asked) -> Result<Prepared, FlowError> {
        check(&reference, &subject).map_err(FlowError::Invalid)?;
        let normalised = normalise(&subject);
        if normalised.subjects.is_empty() {
            return Err(FlowError::Invalid(normalised.broken()));
        }
        let content = serde_json::to_vec(&subject)
            .map(Zeroizing::new)
            .map_err(|_| FlowError::Internal("a subject can't be written as JSON"))?;
        let secret = self.keys.data.hashing();
        let content_hash = Transcript::new("lianfang/roster-subject/v1")
            .bytes(secret.as_ref())
            .bytes(reference.as_bytes())
            .bytes(&content)
            .sha256();
        let form = |found: Subject<lianfang_domain::verdict::ScreenedIdentifier>| Form {
            id: self.form_id(&found.canonical),
            identifier_index: u16::try_from(found.tag.index).unwrap_or(u16::MAX),
            canonical: found.canonical,
        };
        Ok(Prepared {
            forms: normalised.subjects.into_iter().map(form).collect(),
            outcomes: normalised.outcomes,
            reference,
            subject,
            content,
            content_hash,
        })
    }

    pub(super) fn seal_subject(&self, prepared: &Prepared) -> Result<Vec<u8>, FlowError> {
        let id = prepared.reference.as_bytes();
        self.keys
            .data
            .seal(SUBJECTS, id, &prepared.content, &mut self.randomness.rng())
            .map_err(|_| FlowError::Internal("a subject can't be sealed"))
    }

    pub(super) fn open_subject(&self, row: &MonitoredSubject) -> Result<Asked, FlowError> {
        let bytes = self
            .keys
            .data
            .open(SUBJECTS, row.client_reference.as_bytes(), &row.body_sealed)
            .map_err(|_| FlowError::Internal("a subject can't be opened with this node's data key"))?;
        serde_json::from_slice(&bytes).map_err(|_| FlowError::Internal("a subject can't be read"))
    }

    fn form_id(&self, canonical: &Canonical) -> [u8; 32] {
        Transcript::new("lianfang/roster-form/v1")
            .bytes(self.keys.data.hashing().as_ref())
            .u16(canonical.kind.number())
            .u8(canonical.level.number())
            .bytes(canonical.value.as_bytes())
            .sha256()
    }
}

fn check(reference: &str, subject: &Asked) -> Result<(), Vec<Violation>> {
    let mut broken = check_subject(subject, Some(reference)).err().unwrap_or_default();
    if TAKEN.contains(&reference) {
        broken.push(Violation::new(
            "/client_reference",
            "`batch`, `.` and `..` can't be a reference",
            "use another reference",
        ));
    }
    if !matches!(subject.kind, SubjectType::Seller | SubjectType::Product) {
        broken.push(Violation::new(
            "/subject/type",
            "the roster holds sellers and products",
            "send `seller` or `product`",
        ));
    }
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}
