use lianfang_encoding::{FederationId, NodeId, SigningKey};
use lianfang_token::message::{
    EvalRequest, EvalResponse, MessageError, Purpose, RequestSection, ResponseSection, SignedEvalResponse,
};
use lianfang_token::{Evaluation, Proof, TokenKeyId};

const FED: FederationId = FederationId([0xfe; 16]);

fn request_of(counts: &[usize]) -> Result<EvalRequest, MessageError> {
    let sections = counts.iter().map(|&count| RequestSection {
        key_id: TokenKeyId([1; 16]),
        generation: 2,
        elements: vec![[3; 32]; count],
    });
    EvalRequest::new(Purpose::Screen, sections.collect())
}

fn request() -> EvalRequest {
    request_of(&[1, 2]).unwrap()
}

fn response_of(counts: &[usize]) -> EvalResponse {
    let sections = counts.iter().map(|&count| ResponseSection {
        key_id: TokenKeyId([1; 16]),
        generation: 2,
        evaluation: Evaluation {
            elements: vec![[4; 32]; count],
            proof: Proof([5; 64]),
        },
        budget_left: 6,
    });
    EvalResponse::new(sections.collect()).unwrap()
}

fn responder() -> (NodeId, SigningKey) {
    ("platform-b".parse().unwrap(), SigningKey::from_seed(&[7; 32]))
}

fn signed(response: EvalResponse) -> SignedEvalResponse {
    let (node, key) = responder();
    response.sign(&request(), &FED, &node, &key)
}

#[test]
fn a_request_is_laid_out_as_its_documentation_says() {
    let mut expected = vec![1, 1, 2];
    for count in [1u8, 2] {
        expected.extend_from_slice(&[1; 16]);
        expected.extend_from_slice(&[0, 0, 0, 2, 0, count]);
        expected.resize(expected.len() + 32 * usize::from(count), 3);
    }
    assert_eq!(request().encode(), expected);
    assert_eq!(EvalRequest::decode(&expected), Ok(request()));
    assert_eq!(request().cost(), 3);
}

#[test]
fn a_response_is_laid_out_as_its_documentation_says() {
    let encoded = signed(response_of(&[1])).encode();
    let mut expected = vec![1, 1];
    expected.extend_from_slice(&[1; 16]);
    expected.extend_from_slice(&[0, 0, 0, 2, 0, 1]);
    expected.extend_from_slice(&[4; 32]);
    expected.extend_from_slice(&[5; 64]);
    expected.extend_from_slice(&[0, 0, 0, 6]);
    assert_eq!(encoded[..encoded.len() - 64], expected);
    assert_eq!(SignedEvalResponse::decode(&encoded).unwrap().encode(), encoded);
}

#[test]
fn the_largest_request_is_taken_and_larger_ones_are_not() {
    let largest = request_of(&[4096; 8]).unwrap();
    assert_eq!(EvalRequest::decode(&largest.encode()), Ok(largest));
    assert_eq!(request_of(&[1; 9]), Err(MessageError::Sections));
    assert_eq!(request_of(&[]), Err(MessageError::Sections));
    assert_eq!(request_of(&[1, 4097]), Err(MessageError::Elements));
    assert_eq!(request_of(&[0]), Err(MessageError::Elements));
}

#[test]
fn every_truncation_is_refused() {
    let encoded = request().encode();
    for length in 0..encoded.len() {
        assert_eq!(
            EvalRequest::decode(&encoded[..length]),
            Err(MessageError::Truncated),
            "{length}"
        );
    }
    let encoded = signed(response_of(&[1, 2])).encode();
    for length in 0..encoded.len() {
        assert_eq!(
            SignedEvalResponse::decode(&encoded[..length]),
            Err(MessageError::Truncated),
            "{length}"
        );
    }
}

#[test]
fn foreign_versions_purposes_counts_and_tails_are_refused() {
    let change = |position: usize, value: u8| {
        let mut bytes = request().encode();
        bytes[position] = value;
        EvalRequest::decode(&bytes).unwrap_err()
    };
    assert_eq!(change(0, 0), MessageError::Version);
    assert_eq!(change(0, 2), MessageError::Version);
    assert_eq!(change(1, 0), MessageError::Purpose);
    assert_eq!(change(1, 4), MessageError::Purpose);
    assert_eq!(change(2, 0), MessageError::Sections);
    assert_eq!(change(2, 9), MessageError::Sections);
    assert_eq!(change(2, 1), MessageError::Trailing);
    assert_eq!(change(24, 0), MessageError::Elements);
    assert_eq!(change(23, 0x10), MessageError::Elements);
    assert_eq!(change(23, 0x0f), MessageError::Truncated);
    let mut tailed = signed(response_of(&[1])).encode();
    tailed.push(0);
    assert_eq!(SignedEvalResponse::decode(&tailed), Err(MessageError::Trailing));
}

#[test]
fn a_response_is_bound_to_federation_responder_request_and_content() {
    let (node, key) = responder();
    let signed = signed(response_of(&[1, 2]));
    let check =
        |signed: &SignedEvalResponse,
         request: &EvalRequest,
         fed: &FederationId,
         node: &NodeId,
         key: &SigningKey| { signed.clone().verify(request, fed, node, &key.public()) };
    assert!(check(&signed, &request(), &FED, &node, &key).is_ok());

    let other = EvalRequest::new(Purpose::Roster, request().sections().to_vec()).unwrap();
    assert_eq!(
        check(&signed, &other, &FED, &node, &key),
        Err(MessageError::Signature)
    );
    let fed = FederationId([0; 16]);
    assert_eq!(
        check(&signed, &request(), &fed, &node, &key),
        Err(MessageError::Signature)
    );
    let stranger = "platform-c".parse().unwrap();
    assert_eq!(
        check(&signed, &request(), &FED, &stranger, &key),
        Err(MessageError::Signature)
    );
    let foreign = SigningKey::from_seed(&[8; 32]);
    assert_eq!(
        check(&signed, &request(), &FED, &node, &foreign),
        Err(MessageError::Signature)
    );

    let encoded = signed.encode();
    for position in 2..encoded.len() {
        let mut changed = encoded.clone();
        changed[position] ^= 1;
        if let Ok(changed) = SignedEvalResponse::decode(&changed) {
            assert_eq!(
                check(&changed, &request(), &FED, &node, &key),
                Err(MessageError::Signature),
                "{position}"
            );
        }
    }
}

#[test]
fn a_signed_response_to_something_else_is_refused() {
    let (node, key) = responder();
    for counts in [vec![1], vec![2, 1], vec![1, 2, 1]] {
        let result = signed(response_of(&counts)).verify(&request(), &FED, &node, &key.public());
        assert_eq!(result, Err(MessageError::Mismatch), "{counts:?}");
    }
    let mut sections = response_of(&[1, 2]).sections().to_vec();
    sections[1].generation += 1;
    let result = signed(EvalResponse::new(sections).unwrap()).verify(&request(), &FED, &node, &key.public());
    assert_eq!(result, Err(MessageError::Mismatch));
}
