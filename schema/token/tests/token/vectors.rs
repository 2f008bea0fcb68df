//! The frozen vectors of `schema/vectors/token`, which were computed elsewhere.

use lianfang_encoding::{Class, FederationId, NodeId};
use lianfang_token::message::{EvalRequest, Purpose, RequestSection, ResponseSection, SignedEvalResponse};
use lianfang_token::{
    DescriptorFields, Evaluation, KeyDescriptor, Proof, PublicElement, Token, TokenInput, TokenKeyId,
    confirm_key, record_key,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Derivations {
    inputs: Vec<Input>,
    key_ids: Vec<Key>,
    derived_keys: Vec<Derived>,
}

#[derive(Deserialize)]
struct Input {
    fed: FederationId,
    kind: u16,
    norm_version: u8,
    level: u8,
    #[serde(with = "hex::serde")]
    canonical: Vec<u8>,
    #[serde(with = "hex::serde")]
    input: Vec<u8>,
}

#[derive(Deserialize)]
struct Key {
    fed: FederationId,
    class: Class,
    epoch: u32,
    public_key: PublicElement,
    key_id: TokenKeyId,
}

#[derive(Deserialize)]
struct Derived {
    #[serde(with = "hex::serde")]
    token: [u8; 32],
    fed: FederationId,
    publisher: NodeId,
    key_id: TokenKeyId,
    #[serde(with = "hex::serde")]
    confirm_key: [u8; 32],
    #[serde(with = "hex::serde")]
    record_key: [u8; 32],
}

fn derivations() -> Derivations {
    serde_json::from_str(include_str!("../../../vectors/token/derivations.json")).unwrap()
}

#[test]
fn inputs_are_those_of_the_vectors() {
    let vectors = derivations().inputs;
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let Input {
            fed,
            kind,
            norm_version,
            level,
            canonical,
            input,
        } = vector;
        let ours = TokenInput {
            fed: &fed,
            kind,
            norm_version,
            level,
            canonical: &canonical,
        };
        assert_eq!(*ours.to_bytes(), input);
    }
}

#[test]
fn key_ids_are_those_of_the_vectors() {
    let vectors = derivations().key_ids;
    assert_eq!(vectors.len(), 3);
    for Key {
        fed,
        class,
        epoch,
        public_key,
        key_id,
    } in vectors
    {
        assert_eq!(TokenKeyId::of(&fed, class, epoch, &public_key), key_id);
    }
}

#[test]
fn derived_keys_are_those_of_the_vectors() {
    let vectors = derivations().derived_keys;
    assert_eq!(vectors.len(), 2);
    for vector in vectors {
        let token = Token::from_bytes(vector.token);
        let confirm = confirm_key(&token, &vector.fed, &vector.publisher, &vector.key_id);
        let record = record_key(&token, &vector.fed, &vector.publisher, &vector.key_id);
        assert_eq!(confirm, vector.confirm_key);
        assert_eq!(record.as_bytes(), &vector.record_key);
    }
}

#[derive(Deserialize)]
struct Messages {
    request: Cases<AcceptedRequest>,
    response: Cases<AcceptedResponse>,
}

#[derive(Deserialize)]
struct Cases<T> {
    accepted: Vec<T>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    why: String,
    #[serde(with = "hex::serde")]
    bytes: Vec<u8>,
    code: String,
}

#[derive(Deserialize)]
struct AcceptedRequest {
    purpose: Purpose,
    sections: Vec<Section>,
    #[serde(with = "hex::serde")]
    bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct AcceptedResponse {
    sections: Vec<AnsweredSection>,
    #[serde(with = "hex::serde")]
    bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Section {
    key_id: TokenKeyId,
    generation: u32,
    elements: Vec<PlainElement>,
}

#[derive(Deserialize)]
struct AnsweredSection {
    #[serde(flatten)]
    batch: Section,
    #[serde(with = "hex::serde")]
    proof: [u8; 64],
    budget_left: u32,
}

#[derive(Deserialize)]
struct PlainElement(#[serde(with = "hex::serde")] [u8; 32]);

impl Section {
    fn elements(&self) -> Vec<[u8; 32]> {
        self.elements.iter().map(|element| element.0).collect()
    }
}

fn messages() -> Messages {
    serde_json::from_str(include_str!("../../../vectors/token/messages.json")).unwrap()
}

#[test]
fn requests_are_those_of_the_vectors() {
    let Cases { accepted, refused } = messages().request;
    assert_eq!((accepted.len(), refused.len()), (4, 13));
    for vector in accepted {
        let sections = vector.sections.iter().map(|section| RequestSection {
            key_id: section.key_id,
            generation: section.generation,
            elements: section.elements(),
        });
        let request = EvalRequest::new(vector.purpose, sections.collect()).unwrap();
        assert_eq!(request.encode(), vector.bytes);
        assert_eq!(EvalRequest::decode(&vector.bytes), Ok(request));
    }
    for vector in refused {
        let refusal = EvalRequest::decode(&vector.bytes).unwrap_err();
        assert_eq!(refusal.code(), vector.code, "{}", vector.why);
    }
}

#[test]
fn responses_are_those_of_the_vectors() {
    let Cases { accepted, refused } = messages().response;
    assert_eq!((accepted.len(), refused.len()), (1, 6));
    for vector in accepted {
        let sections = vector.sections.iter().map(|section| ResponseSection {
            key_id: section.batch.key_id,
            generation: section.batch.generation,
            evaluation: Evaluation {
                elements: section.batch.elements(),
                proof: Proof(section.proof),
            },
            budget_left: section.budget_left,
        });
        let response = SignedEvalResponse::decode(&vector.bytes).unwrap();
        assert_eq!(response.unverified().sections(), sections.collect::<Vec<_>>());
        assert_eq!(response.encode(), vector.bytes);
    }
    for vector in refused {
        let refusal = SignedEvalResponse::decode(&vector.bytes).unwrap_err();
        assert_eq!(refusal.code(), vector.code, "{}", vector.why);
    }
}

#[derive(Deserialize)]
struct Descriptors {
    accepted: Vec<AcceptedDescriptor>,
    refused: Vec<RefusedDescriptor>,
}

#[derive(Deserialize)]
struct AcceptedDescriptor {
    descriptor: KeyDescriptor,
    key_id: TokenKeyId,
    #[serde(with = "hex::serde")]
    signing_bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct RefusedDescriptor {
    why: String,
    code: String,
    descriptor: serde_json::Value,
}

#[test]
fn descriptors_are_those_of_the_vectors() {
    let vectors: Descriptors =
        serde_json::from_str(include_str!("../../../vectors/token/descriptors.json")).unwrap();
    assert_eq!((vectors.accepted.len(), vectors.refused.len()), (3, 15));
    for vector in vectors.accepted {
        assert_eq!(vector.descriptor.key_id(), vector.key_id);
        assert_eq!(vector.descriptor.signing_bytes(), vector.signing_bytes);
    }
    for vector in vectors.refused {
        let code = match serde_json::from_value::<DescriptorFields>(vector.descriptor) {
            Ok(fields) => KeyDescriptor::new(fields).unwrap_err().code(),
            Err(_) => "malformed",
        };
        assert_eq!(code, vector.code, "{}", vector.why);
    }
}
