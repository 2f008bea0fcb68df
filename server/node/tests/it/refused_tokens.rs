//! Which tokens the platform door refuses, one line each. Every forged one is signed with the node's own key unless
//! its line says otherwise, so that nothing but what the line names is wrong with it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use lianfang_encoding::SigningKey;
use lianfang_node::auth::Scope;
use lianfang_node::data::DataFolder;
use serde_json::{Value, json};

use crate::harness::node::TestNode;
use crate::harness::tokens::{encoded, signed};

const HOUR: u64 = 3_600;

/// A forger who has the node's own key, and a stranger's.
struct Forger {
    key: SigningKey,
    stranger: SigningKey,
    now: u64,
}

type Forged = fn(&Forger) -> String;

const REFUSED: [(u16, &str, Forged); 30] = [
    (401, "algorithm none without a signature", |by| {
        unsigned(by, json!({ "alg": "none" }))
    }),
    (401, "algorithm None, spelled otherwise", |by| {
        unsigned(by, json!({ "alg": "nOnE" }))
    }),
    (401, "algorithm none with a good signature", |by| {
        by.header("alg", "none")
    }),
    (401, "HS256 keyed with the public key", |by| {
        symmetric(by, by.key.public().as_bytes())
    }),
    (401, "HS256 keyed with the public key in PEM", |by| {
        symmetric(by, public_pem(by).as_bytes())
    }),
    (401, "HS256 keyed with the public key as published", |by| {
        symmetric(by, URL_SAFE_NO_PAD.encode(by.key.public().as_bytes()).as_bytes())
    }),
    (401, "RS256 over a good signature", |by| by.header("alg", "RS256")),
    (401, "PS256 over a good signature", |by| by.header("alg", "PS256")),
    (401, "ES256 over a good signature", |by| by.header("alg", "ES256")),
    (401, "no algorithm", |by| by.header("alg", Value::Null)),
    (401, "another key under this key's id", |by| {
        signed(&by.stranger, &by.head(), &by.claims())
    }),
    (401, "another key under its own id", |by| {
        let mut head = by.head();
        head["kid"] = by.stranger.public().id().to_string().into();
        signed(&by.stranger, &head, &by.claims())
    }),
    (401, "a key in the header", |by| {
        let mut head = by.head();
        let x = URL_SAFE_NO_PAD.encode(by.stranger.public().as_bytes());
        head["jwk"] = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
        signed(&by.stranger, &head, &by.claims())
    }),
    (401, "no key id", |by| by.header("kid", Value::Null)),
    (401, "another type of token", |by| by.header("typ", "JWT")),
    (401, "an extension that must be understood", |by| {
        by.header("crit", json!(["exp"]))
    }),
    (401, "no aud", |by| by.claim("aud", Value::Null)),
    (401, "another node's door", |by| {
        by.claim("aud", "platform-b/platform")
    }),
    (401, "expired", |by| by.claim("exp", by.now - HOUR)),
    (401, "no exp", |by| by.claim("exp", Value::Null)),
    (401, "not valid before an hour from now", |by| {
        by.claim("nbf", by.now + HOUR)
    }),
    (401, "another issuer", |by| by.claim("iss", "platform-b")),
    (401, "no iss", |by| by.claim("iss", Value::Null)),
    (401, "no sub", |by| by.claim("sub", Value::Null)),
    (401, "an empty sub", |by| by.claim("sub", "")),
    (401, "claims that were changed after signing", |by| {
        let good = by.good();
        let (head, rest) = good.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let mut claims = by.claims();
        claims["sub"] = "admin".into();
        format!("{head}.{}.{signature}", encoded(&claims))
    }),
    (401, "no token at all", |_| "a.b.c".to_owned()),
    (403, "no scope", |by| by.claim("scope", Value::Null)),
    (403, "another scope", |by| by.claim("scope", "entries:read")),
    (403, "a scope that only begins like it", |by| {
        by.claim("scope", "peers:readonly")
    }),
];

impl Forger {
    fn at(node: &TestNode) -> Self {
        Self {
            key: DataFolder::at(node.data()).secrets().unwrap().access,
            stranger: SigningKey::from_seed(&[9; 32]),
            now: jsonwebtoken::get_current_timestamp(),
        }
    }

    fn head(&self) -> Value {
        json!({ "alg": "EdDSA", "typ": "lianfang-access+jwt", "kid": self.key.public().id().to_string() })
    }

    fn claims(&self) -> Value {
        json!({
            "iss": "platform-a", "sub": "erp", "aud": "platform-a/platform", "iat": self.now, "nbf": self.now,
            "exp": self.now + HOUR, "scope": "peers:read",
        })
    }

    fn good(&self) -> String {
        signed(&self.key, &self.head(), &self.claims())
    }

    fn header(&self, name: &str, value: impl Into<Value>) -> String {
        signed(
            &self.key,
            &changed(self.head(), name, value.into()),
            &self.claims(),
        )
    }

    fn claim(&self, name: &str, value: impl Into<Value>) -> String {
        signed(
            &self.key,
            &self.head(),
            &changed(self.claims(), name, value.into()),
        )
    }
}

/// `null` takes the member away.
fn changed(mut document: Value, name: &str, value: Value) -> Value {
    let members = document.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    document
}

fn unsigned(by: &Forger, header: Value) -> String {
    let head = changed(by.head(), "alg", header["alg"].clone());
    format!("{}.{}.", encoded(&head), encoded(&by.claims()))
}

fn symmetric(by: &Forger, secret: &[u8]) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.typ = Some("lianfang-access+jwt".to_owned());
    header.kid = Some(by.key.public().id().to_string());
    let secret = jsonwebtoken::EncodingKey::from_secret(secret);
    jsonwebtoken::encode(&header, &by.claims(), &secret).unwrap()
}

fn public_pem(by: &Forger) -> String {
    // SubjectPublicKeyInfo of Ed25519 is a fixed prefix and the key (RFC 8410 §4).
    let mut document = hex::decode("302a300506032b6570032100").unwrap();
    document.extend_from_slice(by.key.public().as_bytes());
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(document)
    )
}

async fn status(node: &TestNode, authorization: &str) -> u16 {
    let request = node.raw().get(node.platform_url("/v1/peers"));
    let answer = request
        .header("authorization", authorization)
        .send()
        .await
        .unwrap();
    answer.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_forged_token_is_refused_and_the_one_it_was_made_from_is_not() {
    let node = TestNode::start().await;
    let by = Forger::at(&node);
    assert_eq!(status(&node, &format!("Bearer {}", by.good())).await, 200);
    assert_eq!(
        status(&node, &format!("Bearer {}", node.token(&[Scope::PeersRead]))).await,
        200
    );
    for (expected, what, forged) in REFUSED {
        assert_eq!(
            status(&node, &format!("Bearer {}", forged(&by))).await,
            expected,
            "{what}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_counts_in_its_header_alone() {
    let node = TestNode::start().await;
    let good = Forger::at(&node).good();
    for elsewhere in [
        format!("Basic {good}"),
        good.clone(),
        "Bearer".to_owned(),
        format!("Bearer {good} x"),
    ] {
        assert_eq!(status(&node, &elsewhere).await, 401);
    }
    let by_query = node.platform_url(&format!("/v1/peers?access_token={good}"));
    assert_eq!(node.raw().get(by_query).send().await.unwrap().status(), 401);
}
