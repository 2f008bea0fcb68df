use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lianfang_encoding::NodeId;
use lianfang_flow::{MembershipView, Node};
use lianfang_wire::Problem;
use lianfang_wire::join::{Invitation, JoinRequest, Welcome};
use lianfang_wire::renewal::{GrantRenewal, Renewed};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::platform::By;
use crate::http::Json;
use crate::problem::Answer;

/// The federation as this node sees it.
#[utoipa::path(get, path = "/v1/admin/members", tag = "members", responses((status = 200, body = MembershipView)))]
pub(super) async fn list(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(node.members()))
}

/// Who is invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Invited {
    /// The id that the new member will have.
    #[schema(value_type = String, pattern = "^[a-z0-9-]{1,32}$", example = "platform-c")]
    node: NodeId,
}

/// Invites a node.
#[utoipa::path(post, path = "/v1/admin/invitations", tag = "members", request_body = Invited,
    responses((status = 201, body = Invitation), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn invite(node: Data<Node>, by: By, invited: Json<Invited>) -> Answer {
    let invitation = node.invite(&by.0, invited.0.node).await?;
    Ok(HttpResponse::Created().json(invitation))
}

/// Admits a node that was invited.
#[utoipa::path(post, path = "/v1/admin/members", tag = "members", request_body = JoinRequest,
    responses((status = 201, body = Welcome), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn approve(node: Data<Node>, by: By, request: Json<JoinRequest>) -> Answer {
    let welcome = node.into_inner().approve(&by.0, request.0).await?;
    Ok(HttpResponse::Created().json(welcome))
}

/// Removes a member for good.
#[utoipa::path(delete, path = "/v1/admin/members/{id}", tag = "members",
    params(("id" = String, Path, description = "The member.", example = "platform-b")),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn remove(node: Data<Node>, by: By, member: Path<NodeId>) -> Answer {
    node.into_inner().remove(&by.0, member.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// For how long.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Extension {
    /// Days from now on.
    #[schema(minimum = 1, maximum = 730, example = 365)]
    days: u32,
}

/// Lets the membership document and the token keys count for longer, also when their day has passed.
#[utoipa::path(post, path = "/v1/admin/membership/extension", tag = "members", request_body = Extension,
    responses((status = 200, body = MembershipView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn extend(node: Data<Node>, by: By, extension: Json<Extension>) -> Answer {
    let node = node.into_inner();
    let view = node.extend_membership(&by.0, extension.0.days).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Certifies a member's new key and pins it in the place of the old one.
#[utoipa::path(post, path = "/v1/admin/members/{id}/certificate", tag = "members",
    params(("id" = String, Path, description = "The member.", example = "platform-b")), request_body = GrantRenewal,
    responses((status = 201, body = Renewed), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn replace(
    node: Data<Node>,
    by: By,
    member: Path<NodeId>,
    granted: Json<GrantRenewal>,
) -> Answer {
    let (node, member, granted) = (node.into_inner(), member.into_inner(), granted.0);
    let overlap = Duration::from_secs(granted.overlap_seconds);
    let renewed = node
        .replace_certificate(&by.0, &member, &granted.request, overlap)
        .await?;
    Ok(HttpResponse::Created().json(renewed))
}
