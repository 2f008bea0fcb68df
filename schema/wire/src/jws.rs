//! Compact JWS (RFC 7515) with EdDSA (RFC 8037), for messages kept as evidence (PROTOCOL.md §7).
//!
//! Verification is strict Ed25519 and knows one algorithm; `typ` and `kid` are required.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lianfang_encoding::{KeyId, PublicKey, SigningKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Longest compact JWS that is looked at, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// Why a JWS was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    #[error("not a compact JWS of three base64url parts")]
    Malformed,
    #[error("longer than 64 KiB")]
    TooLong,
    #[error("the algorithm isn't EdDSA")]
    Algorithm,
    #[error("the type isn't the one expected")]
    Type,
    #[error("a critical header isn't understood")]
    Critical,
    #[error("signed by another key than the one named")]
    Key,
    #[error("the signature doesn't verify")]
    Signature,
    #[error("the claims aren't those of this type")]
    Claims,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: KeyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crit: Option<Vec<String>>,
}

/// Signs `claims` as a compact JWS of type `typ`.
///
/// # Errors
/// [`JwsError::Claims`] when the claims can't be written as JSON.
pub fn sign(typ: &str, claims: &impl Serialize, key: &SigningKey) -> Result<String, JwsError> {
    let header = Header {
        alg: "EdDSA".to_owned(),
        typ: typ.to_owned(),
        kid: key.public().id(),
        crit: None,
    };
    let header = serde_json::to_vec(&header).map_err(|_| JwsError::Claims)?;
    let claims = serde_json::to_vec(claims).map_err(|_| JwsError::Claims)?;
    let mut text = URL_SAFE_NO_PAD.encode(header);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut text);
    let signature = key.sign(text.as_bytes());
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    Ok(text)
}

/// Verifies a compact JWS of type `typ` under whichever of `keys` its `kid` names and returns the claims.
///
/// # Errors
/// A [`JwsError`] that says which rule it broke.
pub fn verify<T: DeserializeOwned>(typ: &str, text: &str, keys: &[PublicKey]) -> Result<T, JwsError> {
    if text.len() > MAX_LENGTH {
        return Err(JwsError::TooLong);
    }
    let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JwsError::Malformed)?;
    if header.alg != "EdDSA" {
        return Err(JwsError::Algorithm);
    }
    if header.crit.is_some() {
        return Err(JwsError::Critical);
    }
    if header.typ != typ {
        return Err(JwsError::Type);
    }
    let key = keys
        .iter()
        .find(|key| key.id() == header.kid)
        .ok_or(JwsError::Key)?;
    let signature = decode(signature)?.try_into().map_err(|_| JwsError::Malformed)?;
    key.verify(signed.as_bytes(), &signature)
        .map_err(|_| JwsError::Signature)?;
    serde_json::from_slice(&decode(claims)?).map_err(|_| JwsError::Claims)
}

fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Claims {
        iss: String,
    }

    fn signed() -> (SigningKey, String) {
        let key = SigningKey::from_seed(&[3; 32]);
        let text = sign(
            "lianfang-test+jwt",
            &Claims {
                iss: "platform-a".into(),
            },
            &key,
        )
        .unwrap();
        (key, text)
    }

    #[test]
    fn what_was_signed_is_read_back() {
        let (key, text) = signed();
        let claims: Claims = verify("lianfang-test+jwt", &text, &[key.public()]).unwrap();
        assert_eq!(claims.iss, "platform-a");
    }

    #[test]
    fn an_independent_implementation_accepts_it() {
        let (key, text) = signed();
        let decoding = jsonwebtoken::DecodingKey::from_ed_der(key.public().as_bytes());
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        let data = jsonwebtoken::decode::<Claims>(&text, &decoding, &rules).unwrap();
        assert_eq!(data.claims.iss, "platform-a");
    }

    #[test]
    fn every_broken_part_has_its_own_refusal() {
        let (key, text) = signed();
        let (other, keys) = (SigningKey::from_seed(&[4; 32]), [key.public()]);
        let refuse = |text: &str| verify::<Claims>("lianfang-test+jwt", text, &keys).unwrap_err();
        assert_eq!(refuse("a.b"), JwsError::Malformed);
        assert_eq!(refuse(&"a".repeat(MAX_LENGTH + 1)), JwsError::TooLong);
        let foreign = sign("lianfang-test+jwt", &Claims { iss: "x".into() }, &other).unwrap();
        assert_eq!(refuse(&foreign), JwsError::Key);
        let typed = sign("lianfang-other+jwt", &Claims { iss: "x".into() }, &key).unwrap();
        assert_eq!(refuse(&typed), JwsError::Type);
        let none = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(format!(
                r#"{{"alg":"none","typ":"lianfang-test+jwt","kid":"{}"}}"#,
                key.public().id()
            )),
            URL_SAFE_NO_PAD.encode("{}")
        );
        assert_eq!(refuse(&none), JwsError::Algorithm);
        let mut bent = text.into_bytes();
        let last = bent.len() - 3;
        bent[last] = if bent[last] == b'A' { b'B' } else { b'A' };
        assert_eq!(refuse(&String::from_utf8(bent).unwrap()), JwsError::Signature);
    }
}
