use lianfang_encoding::{FederationId, NodeId, PublicKey, Signature, SigningKey, Transcript};

use super::reader::{Reader, check_bounds, put_batch, put_count};
use super::{EvalRequest, MessageError, VERSION};
use crate::{Evaluation, Proof, TokenKeyId};

/// The answer to one section of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseSection {
    pub key_id: TokenKeyId,
    pub generation: u32,
    pub evaluation: Evaluation,
    /// Elements that the caller may still have evaluated under this section's class.
    pub budget_left: u32,
}

/// A committee member's answer, section for section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalResponse {
    sections: Vec<ResponseSection>,
}

/// A response as it travels, its signature not yet checked:
/// `u8 version ‖ u8 count ‖ (16-byte key_id ‖ u32 generation ‖ u16 count ‖ 32-byte element… ‖ 64-byte proof ‖
/// u32 budget_left)… ‖ 64-byte signature`.
///
/// The signature is over `lp16("lianfang/eval-response/v1") ‖ lp16(fed) ‖ lp16(responder) ‖
/// lp16(request hash) ‖ lp16(everything before the signature)`, so that request and response together prove a
/// wrong answer to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedEvalResponse {
    response: EvalResponse,
    signature: Signature,
}

impl EvalResponse {
    /// # Errors
    /// [`MessageError::Sections`] or [`MessageError::Elements`] when a count is out of bounds.
    pub fn new(sections: Vec<ResponseSection>) -> Result<Self, MessageError> {
        check_bounds(sections.iter().map(|section| &section.evaluation.elements))?;
        Ok(Self { sections })
    }

    /// 1 to 8.
    pub fn sections(&self) -> &[ResponseSection] {
        &self.sections
    }

    /// Signs the response as the answer of `responder` to `request`.
    pub fn sign(
        self,
        request: &EvalRequest,
        fed: &FederationId,
        responder: &NodeId,
        key: &SigningKey,
    ) -> SignedEvalResponse {
        let signature = key.sign(&self.signing_bytes(request, fed, responder));
        SignedEvalResponse {
            response: self,
            signature,
        }
    }

    fn answers(&self, request: &EvalRequest) -> bool {
        let asked = request.sections();
        let fits = asked.iter().zip(&self.sections).all(|(asked, answered)| {
            asked.key_id == answered.key_id
                && asked.generation == answered.generation
                && asked.elements.len() == answered.evaluation.elements.len()
        });
        fits && asked.len() == self.sections.len()
    }

    fn signing_bytes(&self, request: &EvalRequest, fed: &FederationId, responder: &NodeId) -> Vec<u8> {
        Transcript::new("lianfang/eval-response/v1")
            .bytes(fed.as_bytes())
            .bytes(responder.as_str().as_bytes())
            .bytes(&request.hash())
            .bytes(&self.encode())
            .finish()
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        put_count(&mut out, self.sections.len());
        for section in &self.sections {
            put_batch(
                &mut out,
                &section.key_id,
                section.generation,
                &section.evaluation.elements,
            );
            out.extend_from_slice(&section.evaluation.proof.0);
            out.extend_from_slice(&section.budget_left.to_be_bytes());
        }
        out
    }
}

impl SignedEvalResponse {
    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.response.encode();
        out.extend_from_slice(&self.signature);
        out
    }

    /// # Errors
    /// The first rule of [`MessageError`] that `bytes` break.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let mut reader = Reader::versioned(bytes)?;
        let sections = reader.sections(|reader| {
            let (key_id, generation, elements) = reader.batch()?;
            let proof = Proof(reader.take()?);
            let evaluation = Evaluation { elements, proof };
            let budget_left = reader.u32()?;
            Ok(ResponseSection {
                key_id,
                generation,
                evaluation,
                budget_left,
            })
        })?;
        let signature = reader.take()?;
        reader.finish()?;
        Ok(Self {
            response: EvalResponse { sections },
            signature,
        })
    }

    /// What the response says, whoever it is from: for tools that show stored messages.
    pub fn unverified(&self) -> &EvalResponse {
        &self.response
    }

    /// The response, once it is shown to be `responder`'s and to answer `request`. Its evaluations still have
    /// to be verified: a signature makes a wrong one provable, not right.
    ///
    /// # Errors
    /// [`MessageError::Signature`]; [`MessageError::Mismatch`] when the sections aren't those of the request.
    pub fn verify(
        self,
        request: &EvalRequest,
        fed: &FederationId,
        responder: &NodeId,
        key: &PublicKey,
    ) -> Result<EvalResponse, MessageError> {
        let signed = self.response.signing_bytes(request, fed, responder);
        key.verify(&signed, &self.signature)
            .map_err(|_| MessageError::Signature)?;
        if self.response.answers(request) {
            Ok(self.response)
        } else {
            Err(MessageError::Mismatch)
        }
    }
}
