use lianfang_encoding::{PublicKey, Signature, SigningKey, Transcript, sha256};

use crate::codec;
use crate::{Header, Refusal};

/// A head as it was received or signed: the header's bytes verbatim, what they say, and the signature.
/// Decoding proves no signature; [`SignedHead::verify`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    bytes: Vec<u8>,
    header: Header,
    signature: Signature,
}

impl SignedHead {
    /// Signs `header`; its `signing_key` is set to the id of `key`.
    ///
    /// # Errors
    /// Whatever [`Header::check`] refuses.
    pub fn sign(mut header: Header, key: &SigningKey) -> Result<Self, Refusal> {
        header.signing_key = key.public().id();
        let bytes = codec::encode(&header)?;
        let signature = key.sign(&signing_input(&bytes));
        Ok(Self {
            bytes,
            header,
            signature,
        })
    }

    /// Reads the form sent between nodes: the header, then 64 bytes of signature, then nothing.
    ///
    /// # Errors
    /// A distinct refusal for each field and rule of the header.
    pub fn decode(wire: &[u8]) -> Result<Self, Refusal> {
        let (header, taken) = codec::decode(wire)?;
        let (bytes, rest) = wire.split_at(taken);
        let signature = match rest.len() {
            0..64 => return Err(Refusal::HeadTruncated),
            64 => *rest.first_chunk().ok_or(Refusal::HeadTruncated)?,
            _ => return Err(Refusal::HeadTrailing),
        };
        Ok(Self {
            bytes: bytes.to_vec(),
            header,
            signature,
        })
    }

    /// The form sent between nodes.
    pub fn to_wire(&self) -> Vec<u8> {
        [self.bytes.as_slice(), &self.signature].concat()
    }

    /// What the head says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The header's bytes, without the signature.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Ed25519 over `lp16("lianfang/head/v1") ‖ lp16(bytes)`.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// SHA-256 of the header's bytes: what the next head names as `previous`, and what peers compare.
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.bytes)
    }

    /// Proves that `key` signed this head.
    ///
    /// # Errors
    /// [`Refusal::SigningKey`] when the head names another key, [`Refusal::Signature`] when it doesn't verify.
    pub fn verify(self, key: &PublicKey) -> Result<VerifiedHead, Refusal> {
        if self.header.signing_key != key.id() {
            return Err(Refusal::SigningKey);
        }
        key.verify(&signing_input(&self.bytes), &self.signature)
            .map_err(|_| Refusal::Signature)?;
        Ok(VerifiedHead(self))
    }
}

/// A head whose signature was verified. Whether it is current, wanted and in order is the guard's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedHead(SignedHead);

impl VerifiedHead {
    /// What the head says.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// SHA-256 of the header's bytes.
    pub fn hash(&self) -> [u8; 32] {
        self.0.hash()
    }

    /// The head with its verbatim bytes, to be stored and forwarded.
    pub fn signed(&self) -> &SignedHead {
        &self.0
    }
}

fn signing_input(bytes: &[u8]) -> Vec<u8> {
    Transcript::new("lianfang/head/v1").bytes(bytes).finish()
}
