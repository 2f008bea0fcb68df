use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lianfang_encoding::SigningKey;
use serde_json::Value;

/// A part of a token.
pub(crate) fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// A token of any header and claims, signed as EdDSA is.
pub(crate) fn signed(key: &SigningKey, head: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encoded(head), encoded(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}
