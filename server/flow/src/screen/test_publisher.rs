//! The built-in test publisher: reserved test identifiers lead to each outcome on every node, through the
//! same sealed records, verification and policy as anybody's.

use std::time::Duration;

use lianfang_digest::ListId;
use lianfang_domain::verdict::ScreenedIdentifier;
use lianfang_encoding::{NodeId, SubjectType};
use lianfang_identifier::TestOutcome;
use lianfang_token::{Token, confirm_key, record_key};
use lianfang_wire::membership::Hash32;
use lianfang_wire::record::{Record, RecordBasis, RecordMeasure, VerifiedRecord, seal};
use lianfang_wire::vocabulary::{BasisType, Category, EvidenceGrade, MeasureAction, Role, StateName};
use uuid::Uuid;

use crate::confirm::Opener;
use crate::tokens::TokenOutcome;
use crate::{FlowError, Node};

const NAME: &str = "lianfang-test";

/// What the test publisher says about one identifier.
pub(super) enum TestAnswer {
    Record(Box<VerifiedRecord>),
    Unavailable(NodeId),
    Nothing,
}

impl Node {
    pub(super) fn test_publisher(
        &self,
        outcome: &TokenOutcome<ScreenedIdentifier>,
        token: &Token,
    ) -> Result<TestAnswer, FlowError> {
        let canonical = &outcome.canonical;
        let Some(wanted) = lianfang_identifier::reserved_test(canonical.kind, &canonical.value) else {
            return Ok(TestAnswer::Nothing);
        };
        let publisher: NodeId = NAME
            .parse()
            .map_err(|_| FlowError::Internal("the test publisher's name isn't a node id"))?;
        let basis = match wanted {
            TestOutcome::Clear => return Ok(TestAnswer::Nothing),
            TestOutcome::Unavailable => return Ok(TestAnswer::Unavailable(publisher)),
            TestOutcome::Review => BasisType::CourtInterim,
            TestOutcome::Block => BasisType::CourtFinal,
        };
        let record = self.test_record(publisher, outcome, token, basis);
        self.through_the_seal(&record, outcome, token)
            .map(|record| TestAnswer::Record(Box::new(record)))
    }

    fn test_record(
        &self,
        publisher: NodeId,
        outcome: &TokenOutcome<ScreenedIdentifier>,
        token: &Token,
        basis: BasisType,
    ) -> Record {
        let (now, fed) = (self.now(), self.trust.federation());
        let confirm = confirm_key(token, &fed, &publisher, &outcome.key_id);
        let jurisdiction = self.settings.policy.jurisdiction.clone();
        let list = ListId {
            publisher: publisher.clone(),
            audience: crate::publish::everybody(),
            subject_type: SubjectType::Seller,
            epoch: outcome.epoch,
        };
        Record {
            iss: publisher,
            fed,
            list,
            confirm_key: Hash32(confirm),
            key_id: outcome.key_id,
            kind: outcome.canonical.kind,
            level: outcome.canonical.level,
            role: Role::Own,
            verified: true,
            entry: Uuid::nil(),
            seq: 0,
            state: StateName::Active,
            category: Category::Counterfeit,
            right: None,
            basis: RecordBasis {
                kind: basis,
                jurisdiction: jurisdiction.clone(),
                default_judgment: false,
            },
            evidence_grade: EvidenceGrade::Documented,
            measure: RecordMeasure {
                action: MeasureAction::CloseShop,
                jurisdictions: vec![jurisdiction],
            },
            natural_person: false,
            derived: false,
            decided: now,
            expires: now + Duration::from_secs(86_400),
            deadline: None,
            deadline_rule: None,
            disputed: false,
            issued: now,
            valid_until: now + Duration::from_secs(3_600),
            inclusion: None,
            test: true,
        }
    }

    fn through_the_seal(
        &self,
        record: &Record,
        outcome: &TokenOutcome<ScreenedIdentifier>,
        token: &Token,
    ) -> Result<VerifiedRecord, FlowError> {
        let failed = FlowError::Internal("a test record couldn't be made");
        let (fed, list) = (self.trust.federation(), &record.list);
        let key = record_key(token, &fed, &list.publisher, &outcome.key_id);
        let Ok(jws) = record.sign(self.signing()?) else {
            return Err(failed);
        };
        let Ok(sealed) = seal(&jws, key.as_bytes(), list, &fed, &mut self.randomness.rng()) else {
            return Err(failed);
        };
        let opener = Opener {
            fed: &fed,
            list,
            key_id: outcome.key_id,
            confirm_key: record.confirm_key.0,
            kind: record.kind,
            level: record.level,
        };
        let opened = opener.open_all(token, &[sealed], &[self.keys.public()], self.now());
        opened
            .records
            .into_iter()
            .next()
            .map(|(record, _)| record)
            .ok_or(failed)
    }
}
