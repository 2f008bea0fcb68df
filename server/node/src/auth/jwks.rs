use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lianfang_encoding::PublicKey;
use serde::Deserialize;
use serde_json::{Value, json};

/// A key set of this node (RFC 7517, RFC 8037).
pub fn written<'a>(keys: impl Iterator<Item = &'a PublicKey>) -> Value {
    let keys: Vec<_> = keys
        .map(|key| {
            json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                "kid": key.id().to_string(), "x": URL_SAFE_NO_PAD.encode(key.as_bytes()),
            })
        })
        .collect();
    json!({ "keys": keys })
}

/// Why a key set can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    #[error("isn't a JSON Web Key Set (RFC 7517)")]
    Malformed,
    #[error("holds no Ed25519 key for signatures that has a `kid`")]
    NoKey,
    #[error("has two keys with one `kid`")]
    Ambiguous,
    #[error("holds a private key; write only public ones here")]
    Private,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
}

/// The Ed25519 keys of a set under their ids. Keys of other kinds are passed over: a set may serve others too. An empty
/// set is one.
///
/// # Errors
/// [`JwksError`].
pub fn read(text: &[u8]) -> Result<Vec<(String, PublicKey)>, JwksError> {
    let set: Set = serde_json::from_slice(text).map_err(|_| JwksError::Malformed)?;
    if set
        .keys
        .iter()
        .any(|key| key.get("d").is_some() || key.get("k").is_some())
    {
        return Err(JwksError::Private);
    }
    if set.keys.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = set.keys.into_iter().filter_map(usable).collect();
    let ids: BTreeSet<_> = keys.iter().map(|(id, _)| id).collect();
    match keys.len() {
        0 => Err(JwksError::NoKey),
        count if count != ids.len() => Err(JwksError::Ambiguous),
        _ => Ok(keys),
    }
}

fn usable(key: Value) -> Option<(String, PublicKey)> {
    let key: Key = serde_json::from_value(key).ok()?;
    let fits = key.kty == "OKP"
        && key.crv.as_deref() == Some("Ed25519")
        // One that signs as "Ed25519" (RFC 9864) is passed over: nothing here reads such a token.
        && key.alg.is_none_or(|alg| alg == "EdDSA")
        && key.usage.is_none_or(|usage| usage == "sig");
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(key.x?).ok()?.try_into().ok()?;
    let public = PublicKey::from_bytes(&bytes).ok()?;
    key.kid.filter(|id| fits && !id.is_empty()).map(|id| (id, public))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PublicKey {
        lianfang_encoding::SigningKey::from_seed(&[7; 32]).public()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = written([key()].iter()).to_string();
        assert_eq!(read(text.as_bytes()), Ok(vec![(key().id().to_string(), key())]));
    }

    #[test]
    fn only_ed25519_for_signatures_counts() {
        let good = written([key()].iter())["keys"][0].clone();
        for (name, value) in [
            ("kty", "RSA"),
            ("crv", "X25519"),
            ("use", "enc"),
            ("alg", "RS256"),
            ("alg", "Ed25519"),
            ("x", "AAAA"),
            ("kid", ""),
        ] {
            let mut other = good.clone();
            other[name] = value.into();
            let text = json!({ "keys": [other] }).to_string();
            assert_eq!(read(text.as_bytes()), Err(JwksError::NoKey), "{name}");
            let text = json!({ "keys": [other, good] }).to_string();
            assert_eq!(read(text.as_bytes()).unwrap().len(), 1, "{name}");
        }
    }

    #[test]
    fn sets_that_are_none_are_refused() {
        let good = written([key()].iter())["keys"][0].clone();
        let twice = json!({ "keys": [good, good] }).to_string();
        assert_eq!(read(twice.as_bytes()), Err(JwksError::Ambiguous));
        let mut private = good.clone();
        private["d"] = "AAAA".into();
        assert_eq!(
            read(json!({ "keys": [private] }).to_string().as_bytes()),
            Err(JwksError::Private)
        );
        assert_eq!(read(br#"{"keys":[]}"#), Ok(Vec::new()));
        for text in ["", "{}", "[]", "{\"keys\":1}"] {
            assert_eq!(read(text.as_bytes()), Err(JwksError::Malformed), "{text}");
        }
    }
}
