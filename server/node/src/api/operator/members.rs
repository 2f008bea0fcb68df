use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lianfang_encoding::NodeId;
use lianfang_flow::Node;
use lianfang_wire::join::JoinRequest;
use serde::Deserialize;

use crate::http::Json;
use crate::problem::Answer;

/// The federation as this node sees it.
pub(super) async fn list(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(node.members()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Invited {
    node: NodeId,
}

/// Invites a node.
pub(super) async fn invite(node: Data<Node>, invited: Json<Invited>) -> Answer {
    Ok(HttpResponse::Created().json(node.invite(invited.0.node).await?))
}

/// Admits a node that was invited.
pub(super) async fn approve(node: Data<Node>, request: Json<JoinRequest>) -> Answer {
    Ok(HttpResponse::Created().json(node.into_inner().approve(request.0).await?))
}

/// Removes a member for good.
pub(super) async fn remove(node: Data<Node>, member: Path<NodeId>) -> Answer {
    node.into_inner().remove(member.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
