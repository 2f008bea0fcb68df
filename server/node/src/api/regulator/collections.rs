use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lianfang_encoding::{FederationId, SubjectType};
use lianfang_flow::{COLLECTIONS, Node};
use lianfang_wire::ProblemType;
use lianfang_wire::stix::{self, collection_id};
use lianfang_wire::taxii::{Collection, Collections};

use super::answer::taxii;
use super::reader::Reader;
use crate::problem::{Answer, Failure};

pub(super) async fn list(node: Data<Node>, _: Reader) -> HttpResponse {
    let fed = node.trust().federation();
    let collections = COLLECTIONS.iter().map(|subject| collection(&fed, *subject));
    taxii(&Collections {
        collections: collections.collect(),
    })
}

pub(super) async fn show(node: Data<Node>, _: Reader, name: Path<String>) -> Answer {
    let subject = named(&node, &name)?;
    Ok(taxii(&collection(&node.trust().federation(), subject)))
}

/// The collection with this id or alias.
pub(super) fn named(node: &Node, name: &str) -> Result<SubjectType, Failure> {
    let fed = node.trust().federation();
    COLLECTIONS
        .into_iter()
        .find(|subject| name == alias(*subject) || name == collection_id(&fed, *subject).to_string())
        .ok_or(Failure::new(ProblemType::NotFound))
}

fn alias(subject: SubjectType) -> String {
    format!("{subject}s")
}

fn collection(fed: &FederationId, subject: SubjectType) -> Collection {
    Collection {
        id: collection_id(fed, subject),
        title: alias(subject),
        description: format!("Entries about a {subject}, and who published them"),
        alias: alias(subject),
        can_read: true,
        can_write: false,
        media_types: vec![stix::MEDIA_TYPE.to_owned()],
    }
}
