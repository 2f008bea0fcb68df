use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lianfang_encoding::{Class, NodeId};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::budget::{Budgets, CreditGranted, CreditWithdrawn, GrantCredit};

use crate::api::platform::By;
use crate::http::Json;
use crate::idempotency::Named;
use crate::problem::Answer;

/// What each member may have evaluated here.
///
/// Token buckets and credits of this node as a member of the committee, for each active member and each class of which it
/// holds a key share.
#[utoipa::path(get, path = "/v1/admin/budgets", tag = "budgets", responses((status = 200, body = Budgets)))]
pub(super) async fn list(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(node.budgets().await?))
}

/// Grant a member a credit.
///
/// It is an enumeration allowance: the member may try that many inputs out here, once, beside its bucket, for what it
/// publishes and watches; the purpose is its own word. It adds to what stands, and helps once as many members of the
/// committee as a token takes have granted it, each at its own node.
#[utoipa::path(post, path = "/v1/admin/budgets/credits", tag = "budgets", request_body = GrantCredit,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name grants once.")),
    responses((status = 200, body = CreditGranted), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn grant(node: Data<Node>, by: By, named: Named, asked: Json<GrantCredit>) -> Answer {
    let granted = node.grant_credit(&by.0, asked.0, named.0).await?;
    Ok(HttpResponse::Ok().json(granted))
}

/// Withdraw a member's credit.
///
/// Nothing of it can be drawn here any more; what was drawn stays drawn. Without a credit nothing changes.
#[utoipa::path(delete, path = "/v1/admin/budgets/credits/{member}/{class}", tag = "budgets",
    params(("member" = String, Path, description = "Whose credit.", example = "platform-b"),
        ("class" = String, Path, description = "`organisation`, `person` or `goods`.", example = "organisation")),
    responses((status = 200, body = CreditWithdrawn), (status = 404, body = Problem)))]
pub(super) async fn withdraw(node: Data<Node>, by: By, credit: Path<(NodeId, Class)>) -> Answer {
    let (member, class) = credit.into_inner();
    Ok(HttpResponse::Ok().json(node.withdraw_credit(&by.0, member, class).await?))
}
