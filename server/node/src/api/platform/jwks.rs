use actix_web::HttpResponse;
use actix_web::web::Data;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::Login;

/// The key that this door's tokens are signed with (RFC 7517, RFC 8037).
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "keys", tag = "about", responses((status = 200, body = serde_json::Value)))]
pub(super) async fn show(login: Data<Login>) -> HttpResponse {
    let keys: Vec<_> = login
        .verifier()
        .map(|verifier| {
            let key = verifier.public();
            json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                "kid": key.id().to_string(), "x": URL_SAFE_NO_PAD.encode(key.as_bytes()),
            })
        })
        .into_iter()
        .collect();
    HttpResponse::Ok().json(json!({ "keys": keys }))
}
