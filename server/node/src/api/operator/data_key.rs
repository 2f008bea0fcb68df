use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use serde::Deserialize;
use serde_json::json;

use crate::api::platform::By;
use crate::http::Json;
use crate::problem::Answer;
use crate::wiring::Rekeying;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    action: Action,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// A new key.
    Rotate,
    /// A part of what waits.
    Reseal,
}

/// How far a change of data keys has come.
pub(super) async fn show(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(node.data_key_status().await?))
}

/// Puts a new data key in force, or seals a part of what the old one sealed anew.
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
    Ok(HttpResponse::Ok().json(json!({ "resealed": resealed })))
}
