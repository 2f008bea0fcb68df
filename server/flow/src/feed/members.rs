use lianfang_encoding::{Audience, Timestamp};
use lianfang_store::{FeedKind, FeedObject};
use lianfang_wire::membership::ParsedMembership;
use lianfang_wire::stix::{self, MemberDescription, StixObject};
use uuid::Uuid;

use crate::{FlowError, Node};

impl Node {
    /// Puts into the feed who may speak in it. Called whenever a membership document comes into force, so that
    /// a member stands there before anything of its own does.
    pub(crate) async fn list_members_in_feed(&self) -> Result<(), FlowError> {
        let objects = objects(&self.document())?;
        let now = self.now();
        self.gateway
            .store(move |store| store.list_in_feed(objects, now))
            .await
    }
}

fn objects(parsed: &ParsedMembership) -> Result<Vec<FeedObject>, FlowError> {
    let everybody: Audience = "all"
        .parse()
        .map_err(|_| FlowError::Internal("the audience of everybody has no name"))?;
    let (fed, issued) = (parsed.federation, parsed.document.issued);
    let mut listed = Vec::new();
    for described in stix::descriptions() {
        let common = described.common();
        let kind = match &described {
            StixObject::ExtensionDefinition(_) => FeedKind::Definition,
            StixObject::Identity(_) | StixObject::Indicator(_) => FeedKind::Software,
        };
        let (id, at) = (common.id.id, common.modified.timestamp());
        listed.push(object(kind, id, &everybody, at, &described)?);
    }
    for member in &parsed.document.members {
        let member = MemberDescription::of(member);
        let id = stix::identity_id(&fed, &member.id);
        listed.push(object(FeedKind::Member, id, &everybody, issued, &member)?);
    }
    Ok(listed)
}

fn object(
    kind: FeedKind,
    object_id: Uuid,
    audience: &Audience,
    at: Timestamp,
    content: &impl serde::Serialize,
) -> Result<FeedObject, FlowError> {
    let content = serde_json::to_vec(content)
        .map_err(|_| FlowError::Internal("an object of the feed can't be written"))?;
    Ok(FeedObject {
        kind,
        object_id,
        audience: audience.clone(),
        subject_type: None,
        at,
        content,
    })
}
