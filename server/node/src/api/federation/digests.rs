use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{Data, Path, Query};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::ListId;
use lianfang_encoding::{Audience, SubjectType};
use lianfang_flow::Node;
use serde::Deserialize;

use crate::doors::Caller;
use crate::problem::Answer;

/// One of this node's lists.
#[derive(Deserialize)]
pub(super) struct Address {
    audience: Audience,
    subject_type: SubjectType,
    epoch: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    #[serde(default)]
    after: u64,
}

impl Address {
    fn of(self, node: &Node) -> ListId {
        ListId {
            publisher: node.id().clone(),
            audience: self.audience,
            subject_type: self.subject_type,
            epoch: self.epoch,
        }
    }
}

/// The newest head, as it was signed.
pub(super) async fn head(node: Data<Node>, caller: Caller, list: Path<Address>) -> Answer {
    let list = list.into_inner().of(&node);
    let head = node.digest_head(&caller.0, &list).await?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::octet_stream())
        .body(head))
}

/// Every head after a sequence, oldest first, each in base64.
pub(super) async fn heads(
    node: Data<Node>,
    caller: Caller,
    list: Path<Address>,
    after: Query<After>,
) -> Answer {
    let list = list.into_inner().of(&node);
    let heads = node.digest_heads(&caller.0, &list, after.after).await?;
    let heads: Vec<_> = heads.iter().map(|head| STANDARD.encode(head)).collect();
    Ok(HttpResponse::Ok().json(heads))
}
