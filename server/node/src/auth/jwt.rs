use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use lianfang_encoding::{NodeId, PublicKey, SigningKey, Transcript};
use serde::{Deserialize, Deserializer, Serialize};

use super::keyring::{Checking, LEEWAY, audience};
use super::{Keyring, Scopes};

const TYPE: &str = "lianfang-access+jwt";
/// How others call theirs (RFC 7519 §5.1, RFC 9068 §2.1).
const EXTERNAL_TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

/// What a token says. Its audiences are looked at where its signature is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// The node that issued it.
    pub iss: String,
    /// The system or person that calls.
    pub sub: String,
    /// Not before, Unix seconds.
    #[serde(default, deserialize_with = "beginning")]
    pub nbf: Option<u64>,
    /// Unix seconds.
    #[serde(deserialize_with = "end")]
    pub exp: u64,
    /// Scopes, separated by blanks.
    #[serde(default)]
    pub scope: String,
}

/// What this node writes into a token.
#[derive(Serialize)]
struct Issued {
    iss: String,
    sub: String,
    /// The platform door it is meant for.
    aud: String,
    iat: u64,
    nbf: u64,
    exp: u64,
    scope: String,
}

/// A time as tokens state it, which may have a fraction (RFC 7519 §2).
#[derive(Deserialize)]
#[serde(untagged)]
enum NumericDate {
    Whole(u64),
    Fraction(f64),
}

/// Why a token was refused. Says nothing about its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token can't be signed")]
    Sign,
    #[error("the token isn't one of this door")]
    Malformed,
    #[error("the token has expired or isn't valid yet")]
    Time,
    #[error("the token isn't signed by this node for this door")]
    Untrusted,
}

/// Signs tokens for callers of one node's platform door.
pub struct Issuer {
    key: EncodingKey,
    public: PublicKey,
    node: NodeId,
}

/// Checks tokens by the keys that are in force.
pub struct Verifier {
    keys: ArcSwap<Keyring>,
}

impl Issuer {
    /// Tokens of `node`, signed by the key it keeps for people and systems.
    pub fn new(node: NodeId, key: &SigningKey) -> Self {
        let document = pkcs8(&key.seed());
        Self {
            key: EncodingKey::from_ed_der(&document),
            public: key.public(),
            node,
        }
    }

    /// A token for `subject`, valid from `now` (Unix seconds) for `ttl`.
    ///
    /// # Errors
    /// [`TokenError::Sign`].
    pub fn issue(
        &self,
        subject: &str,
        scopes: &Scopes,
        ttl: Duration,
        now: u64,
    ) -> Result<String, TokenError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.public.id().to_string());
        let claims = Issued {
            iss: self.node.to_string(),
            sub: subject.to_owned(),
            aud: audience(&self.node),
            iat: now,
            nbf: now,
            exp: now.saturating_add(ttl.as_secs()),
            scope: scopes.to_string(),
        };
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| TokenError::Sign)
    }
}

/// The end of a time, never later than stated.
fn end<'de, D: Deserializer<'de>>(claim: D) -> Result<u64, D::Error> {
    NumericDate::deserialize(claim)?.whole(f64::floor)
}

/// The beginning of a time, never sooner than stated.
fn beginning<'de, D: Deserializer<'de>>(claim: D) -> Result<Option<u64>, D::Error> {
    let stated = Option::<NumericDate>::deserialize(claim)?;
    stated.map(|stated| stated.whole(f64::ceil)).transpose()
}

impl NumericDate {
    /// Whole seconds; what is before 1970 or beyond all counting is no time.
    fn whole<E: serde::de::Error>(self, rounded: fn(f64) -> f64) -> Result<u64, E> {
        match self {
            Self::Whole(seconds) => Ok(seconds),
            Self::Fraction(seconds) => Duration::try_from_secs_f64(rounded(seconds))
                .map(|since| since.as_secs())
                .map_err(E::custom),
        }
    }
}

impl Claims {
    /// The claims, unless their time has passed or hasn't come.
    fn in_time(self, now: u64) -> Result<Self, TokenError> {
        let has_come = self.nbf.is_none_or(|from| from <= now.saturating_add(LEEWAY));
        if has_come && self.exp.saturating_add(LEEWAY) > now {
            Ok(self)
        } else {
            Err(TokenError::Time)
        }
    }
}

impl Verifier {
    /// Takes tokens that a key of `keys` signed.
    pub fn new(keys: Keyring) -> Self {
        Self {
            keys: ArcSwap::from_pointee(keys),
        }
    }

    /// The keys in force.
    pub fn keys(&self) -> Arc<Keyring> {
        self.keys.load_full()
    }

    /// Checks by other keys from now on.
    pub fn replace(&self, keys: Keyring) {
        self.keys.store(Arc::new(keys));
    }

    /// The claims of a token that is in force.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        let keys = self.keys.load();
        let place = Transcript::new("lianfang/access-token/v1")
            .bytes(token.as_bytes())
            .sha256();
        if let Some(claims) = keys.verified.get(&place) {
            return claims.in_time(jsonwebtoken::get_current_timestamp());
        }
        let (claims, by) = check(&keys, token)?;
        if by.until.is_none() {
            keys.verified.insert(place, claims.clone());
        }
        Ok(claims)
    }
}

fn check<'a>(keys: &'a Keyring, token: &str) -> Result<(Claims, &'a Checking), TokenError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
    if header.crit.is_some() {
        return Err(TokenError::Malformed);
    }
    let id = header.kid.as_deref().unwrap_or_default();
    let mut refused = TokenError::Untrusted;
    for checking in keys.under(id) {
        match verified(checking, header.typ.as_deref(), token) {
            Ok(claims) => return Ok((claims, checking)),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

fn verified(by: &Checking, kind: Option<&str>, token: &str) -> Result<Claims, TokenError> {
    let known = match by.realm {
        None => kind == Some(TYPE),
        Some(_) => kind.is_none_or(|kind| EXTERNAL_TYPES.contains(&kind)),
    };
    if !known {
        return Err(TokenError::Malformed);
    }
    if by
        .until
        .is_some_and(|until| jsonwebtoken::get_current_timestamp() >= until)
    {
        return Err(TokenError::Time);
    }
    let data = jsonwebtoken::decode::<Claims>(token, &by.key, &by.rules).map_err(|error| refusal(&error))?;
    let mut claims = data.claims;
    if claims.sub.is_empty() {
        return Err(TokenError::Malformed);
    }
    if let Some(realm) = &by.realm {
        claims.sub = format!("{realm}|{}", claims.sub);
    }
    Ok(claims)
}

fn refusal(error: &jsonwebtoken::errors::Error) -> TokenError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::ExpiredSignature | ErrorKind::ImmatureSignature => TokenError::Time,
        ErrorKind::InvalidSignature
        | ErrorKind::InvalidAudience
        | ErrorKind::InvalidIssuer
        | ErrorKind::InvalidAlgorithm => TokenError::Untrusted,
        _ => TokenError::Malformed,
    }
}

/// The seed as PKCS#8 version 1 (RFC 8410 §7), which is a fixed prefix.
fn pkcs8(seed: &[u8; 32]) -> zeroize::Zeroizing<Vec<u8>> {
    const PREFIX: [u8; 16] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ];
    let mut document = zeroize::Zeroizing::new(Vec::with_capacity(48));
    document.extend_from_slice(&PREFIX);
    document.extend_from_slice(seed);
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Own, Scope};

    const HOUR: Duration = Duration::from_secs(3_600);

    fn node() -> NodeId {
        "platform-a".parse().unwrap()
    }

    fn key() -> SigningKey {
        SigningKey::from_seed(&[8; 32])
    }

    fn now() -> u64 {
        jsonwebtoken::get_current_timestamp()
    }

    fn issue(from: u64) -> String {
        let scopes = [Scope::EntriesRead].into_iter().collect();
        Issuer::new(node(), &key())
            .issue("erp", &scopes, HOUR, from)
            .unwrap()
    }

    fn verifier() -> Verifier {
        let own = Own {
            current: key().public(),
            retired: Vec::new(),
        };
        Verifier::new(Keyring::new(&node(), own, Vec::new()))
    }

    fn sign(header: &Header, claims: &serde_json::Value) -> String {
        jsonwebtoken::encode(header, claims, &EncodingKey::from_ed_der(&pkcs8(&key().seed()))).unwrap()
    }

    fn good() -> (Header, serde_json::Value) {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key().public().id().to_string());
        let claims = serde_json::json!({
            "iss": "platform-a", "sub": "erp", "aud": "platform-a/platform",
            "iat": now(), "exp": now() + 60, "scope": "entries:read",
        });
        (header, claims)
    }

    #[test]
    fn an_issued_token_is_accepted_with_its_scopes() {
        let claims = verifier().verify(&issue(now())).unwrap();
        assert_eq!(
            (claims.sub.as_str(), claims.scope.as_str()),
            ("erp", "entries:read")
        );
    }

    #[test]
    fn a_token_that_is_known_is_refused_once_its_time_is_over() {
        let verifier = verifier();
        let token = issue(now());
        let claims = verifier.verify(&token).unwrap();
        assert_eq!(verifier.verify(&token), Ok(claims.clone()));
        let end = claims.exp + LEEWAY;
        assert_eq!(claims.clone().in_time(end - 1), Ok(claims.clone()));
        assert_eq!(claims.clone().in_time(end), Err(TokenError::Time));
        let early = claims.nbf.unwrap() - LEEWAY - 1;
        assert_eq!(claims.in_time(early), Err(TokenError::Time));
    }

    #[test]
    fn expired_and_future_tokens_are_refused() {
        assert_eq!(verifier().verify(&issue(now() - 7_200)), Err(TokenError::Time));
        assert_eq!(verifier().verify(&issue(now() + 7_200)), Err(TokenError::Time));
    }

    #[test]
    fn each_required_claim_is_required() {
        let (header, claims) = good();
        assert!(verifier().verify(&sign(&header, &claims)).is_ok());
        for name in ["exp", "aud", "iss", "sub"] {
            let mut less = claims.clone();
            less.as_object_mut().unwrap().remove(name);
            assert!(
                verifier().verify(&sign(&header, &less)).is_err(),
                "without {name}"
            );
        }
    }

    #[test]
    fn another_door_another_issuer_and_another_key_are_refused() {
        let (header, claims) = good();
        for (name, value) in [("aud", "platform-b/platform"), ("iss", "platform-b")] {
            let mut other = claims.clone();
            other[name] = value.into();
            assert_eq!(
                verifier().verify(&sign(&header, &other)),
                Err(TokenError::Untrusted)
            );
        }
        let stranger = Issuer::new(node(), &SigningKey::from_seed(&[9; 32]));
        let token = stranger.issue("erp", &Scopes::default(), HOUR, now()).unwrap();
        assert_eq!(verifier().verify(&token), Err(TokenError::Untrusted));
    }

    #[test]
    fn a_time_with_a_fraction_is_stretched_in_neither_direction() {
        let read = |exp: &str, nbf: &str| {
            let claims = format!(r#"{{"iss":"a","sub":"b","exp":{exp},"nbf":{nbf}}}"#);
            let claims = serde_json::from_str::<Claims>(&claims).ok()?;
            Some((claims.exp, claims.nbf?))
        };
        assert_eq!(read("9.9", "1.1"), Some((9, 2)));
        assert_eq!(read("9.0", "1e0"), Some((9, 1)));
        assert_eq!(read("18446744073709551615", "0"), Some((u64::MAX, 0)));
        for wrong in ["-1", "-1.5", "1e20", "1e999", "NaN", "\"9\"", "[9]", "null"] {
            assert_eq!(read(wrong, "1"), None, "exp {wrong}");
            assert_eq!(read("9", wrong), None, "nbf {wrong}");
        }
    }

    #[test]
    fn other_algorithms_and_types_are_refused() {
        let (mut header, claims) = good();
        header.typ = Some("JWT".to_owned());
        assert_eq!(
            verifier().verify(&sign(&header, &claims)),
            Err(TokenError::Malformed)
        );
        let mut symmetric = Header::new(Algorithm::HS256);
        symmetric.typ = Some(TYPE.to_owned());
        symmetric.kid = Some(key().public().id().to_string());
        let secret = EncodingKey::from_secret(key().public().as_bytes());
        let token = jsonwebtoken::encode(&symmetric, &claims, &secret).unwrap();
        assert!(verifier().verify(&token).is_err());
        assert_eq!(verifier().verify("a.b.c"), Err(TokenError::Malformed));
    }
}
