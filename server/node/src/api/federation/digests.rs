use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{Data, Path, Query};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::ListId;
use lianfang_encoding::{Audience, NodeId, SubjectType};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use super::octets::Octets;
use crate::doors::Caller;
use crate::problem::Answer;

/// One of this node's lists.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct Address {
    /// `all`, a country, `regulators` or a named list.
    #[param(value_type = String, example = "all")]
    audience: Audience,
    /// `seller`, `product`, `consignment` or `content`.
    #[param(value_type = String, example = "seller")]
    subject_type: SubjectType,
    /// Of the token keys.
    #[param(example = 1)]
    epoch: u32,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// The sequence that the caller holds.
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

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Whose list: this node's own, or one that it has taken over.
    #[param(value_type = Option<String>)]
    publisher: Option<NodeId>,
    /// The newest when absent.
    sequence: Option<u64>,
}

/// A head, as it was signed: the newest of this node's list, or one of another member's as this node took it over.
#[utoipa::path(get, path = "/federation/v1/digests/{audience}/{subject_type}/{epoch}/head", tag = "digests",
    params(Address, Which),
    responses((status = 200, body = Octets, content_type = "application/octet-stream"), (status = 400, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn head(
    node: Data<Node>,
    caller: Caller,
    list: Path<Address>,
    which: Query<Which>,
) -> Answer {
    let mut list = list.into_inner().of(&node);
    let Which { publisher, sequence } = which.into_inner();
    list.publisher = publisher.unwrap_or(list.publisher);
    let head = match sequence {
        None => node.digest_head(&caller.0, &list).await?,
        Some(sequence) => node.held_head(&caller.0, &list, sequence).await?,
    };
    Ok(HttpResponse::Ok()
        .content_type(ContentType::octet_stream())
        .body(head))
}

/// Every head after a sequence, oldest first, each in base64.
#[utoipa::path(get, path = "/federation/v1/digests/{audience}/{subject_type}/{epoch}/heads", tag = "digests",
    params(Address, After),
    responses((status = 200, body = Vec<String>), (status = 400, body = Problem), (status = 404, body = Problem)))]
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
