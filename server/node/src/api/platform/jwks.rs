use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

use super::Login;
use crate::auth::jwks;

/// The keys that this door's tokens are signed with, those that sign no new ones but still count included
/// (RFC 7517, RFC 8037).
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "keys", tag = "about", responses((status = 200, body = serde_json::Value)))]
pub(super) async fn show(login: Data<Login>) -> HttpResponse {
    let now = jsonwebtoken::get_current_timestamp();
    let keys = login
        .verifier()
        .map(|verifier| jwks::written(verifier.keys().published(now)));
    HttpResponse::Ok().json(keys.unwrap_or_else(|| json!({ "keys": [] })))
}
