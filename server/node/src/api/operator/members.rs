use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lianfang_encoding::NodeId;
use lianfang_flow::{FlowError, Node};
use lianfang_wire::join::JoinRequest;
use lianfang_wire::renewal::GrantRenewal;
use serde::Deserialize;

use crate::api::platform::By;
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
pub(super) async fn invite(node: Data<Node>, by: By, invited: Json<Invited>) -> Answer {
    let member = invited.0.node;
    let invitation = node.invite(member.clone()).await?;
    audit(&node, &by, "invite", &member).await?;
    Ok(HttpResponse::Created().json(invitation))
}

/// Admits a node that was invited.
pub(super) async fn approve(node: Data<Node>, by: By, request: Json<JoinRequest>) -> Answer {
    let (node, member) = (node.into_inner(), request.0.node.clone());
    let welcome = node.approve(request.0).await?;
    audit(&node, &by, "approve", &member).await?;
    Ok(HttpResponse::Created().json(welcome))
}

/// Removes a member for good.
pub(super) async fn remove(node: Data<Node>, by: By, member: Path<NodeId>) -> Answer {
    let (node, member) = (node.into_inner(), member.into_inner());
    node.remove(member.clone()).await?;
    audit(&node, &by, "remove", &member).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Certifies a member's new key and pins it in the place of the old one.
pub(super) async fn replace(
    node: Data<Node>,
    by: By,
    member: Path<NodeId>,
    granted: Json<GrantRenewal>,
) -> Answer {
    let (node, member, granted) = (node.into_inner(), member.into_inner(), granted.0);
    let overlap = Duration::from_secs(granted.overlap_seconds);
    let renewed = node
        .replace_certificate(&member, &granted.request, overlap)
        .await?;
    audit(&node, &by, "replace_certificate", &member).await?;
    Ok(HttpResponse::Created().json(renewed))
}

async fn audit(node: &Node, by: &By, action: &str, member: &NodeId) -> Result<(), FlowError> {
    node.audit(&by.0, action, member.to_string(), "membership", "done")
        .await
}
