use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::{DataKeyStatus, Node};
use lianfang_wire::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::platform::By;
use crate::http::Json;
use crate::problem::Answer;
use crate::wiring::Rekeying;

/// What to do about data keys.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DataKeyChange)]
pub(super) struct Wanted {
    action: Action,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataKeyAction)]
enum Action {
    /// A new key.
    Rotate,
    /// A part of what waits.
    Reseal,
}

/// How much was done.
#[derive(Serialize, ToSchema)]
#[schema(as = DataKeyChanged)]
pub(super) struct Changed {
    /// Rows that were sealed anew.
    resealed: usize,
}

/// How far a change of data keys has come.
#[utoipa::path(get, path = "/v1/admin/keys/data", tag = "keys", operation_id = "data",
    responses((status = 200, body = DataKeyStatus)))]
pub(super) async fn show(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(node.data_key_status().await?))
}

/// Puts a new data key in force, or seals a part of what the old one sealed anew.
#[utoipa::path(post, path = "/v1/admin/keys/data", tag = "keys", operation_id = "change_data",
    request_body = Wanted, responses((status = 200, body = Changed), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn change(
    node: Data<Node>,
    rekeying: Data<Rekeying>,
    by: By,
    wanted: Json<Wanted>,
) -> Answer {
    let resealed = match wanted.0.action {
        Action::Rotate => {
            rekeying.begin(&by.0).await?;
            0
        }
        Action::Reseal => {
            let resealed = rekeying.go_on().await?;
            let rows = format!("{resealed} rows");
            node.audit(&by.0, "reseal", rows, "operation", "done").await?;
            resealed
        }
    };
    Ok(HttpResponse::Ok().json(Changed { resealed }))
}
