use std::path::Path;
use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_wire::entry::{
    Basis, Decision, Evidence, Measure, NewEntry, Scale, Sharing, Subject, SubjectNotice, Violation,
};
use lianfang_wire::vocabulary::{BasisType, MeasureAction};
use serde::Deserialize;

use crate::cli::Fault;
use crate::config::Config;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Everything of an entry but its subject and reference.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    #[serde(default)]
    violation: Option<Violation>,
    basis: Basis,
    #[serde(default)]
    decision: Option<Decision>,
    #[serde(default)]
    scale: Option<Scale>,
    measure: Measure,
    #[serde(default)]
    evidence: Vec<Evidence>,
    #[serde(default)]
    subject_notice: Option<SubjectNotice>,
    expires: Timestamp,
    #[serde(default)]
    sharing: Sharing,
}

impl Template {
    /// From a file, with its text.
    pub(super) fn read(file: &Path) -> Result<(Self, String), Fault> {
        let failed = |reason: String| {
            Fault::new("document")
                .with("file", file.display())
                .with("reason", reason)
        };
        let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        let template = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        Ok((template, text))
    }

    /// The least that can be said: the platform's own decision to close the shop, for a year from the day the sellers'
    /// list was last changed, so that a second run says the same.
    pub(super) fn least(config: &Config, since: Timestamp) -> Self {
        let country = config.node.jurisdiction.to_string();
        Self {
            violation: None,
            basis: Basis {
                kind: BasisType::PlatformDecision,
                jurisdiction: country.clone(),
                reference: None,
                default_judgment: false,
            },
            decision: None,
            scale: None,
            measure: Measure {
                action: MeasureAction::CloseShop,
                jurisdictions: vec![country],
                effective_from: since,
            },
            evidence: Vec::new(),
            subject_notice: None,
            expires: since + YEAR,
            sharing: Sharing::default(),
        }
    }

    /// The entry about `subject`. Its reference makes a second run find the first.
    pub(super) fn entry(&self, reference: &str, subject: Subject) -> NewEntry {
        NewEntry {
            client_reference: Some(reference.to_owned()).filter(|reference| !reference.is_empty()),
            derived_from: Vec::new(),
            subject,
            violation: self.violation.clone(),
            basis: self.basis.clone(),
            decision: self.decision.clone(),
            scale: self.scale.clone(),
            measure: self.measure.clone(),
            evidence: self.evidence.clone(),
            subject_notice: self.subject_notice.clone(),
            expires: self.expires,
            sharing: self.sharing.clone(),
        }
    }
}
