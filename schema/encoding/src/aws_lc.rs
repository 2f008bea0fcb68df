//! The same signatures in half the time: a server makes two for each entry. RFC 8032 leaves nothing to choose, so that
//! both libraries sign alike.

use std::sync::Arc;

use aws_lc_rs::signature::Ed25519KeyPair;

use crate::Signature;

/// None when the library refused the key; it wipes its copy.
#[derive(Clone)]
pub(crate) struct Signer(Option<Arc<Ed25519KeyPair>>);

impl Signer {
    pub(crate) fn new(seed: &[u8; 32]) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(seed).ok().map(Arc::new))
    }

    /// None when somebody else has to sign.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Signature> {
        let signature = self.0.as_ref()?.try_sign(message).ok()?;
        signature.as_ref().try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signer as _;

    use super::*;

    #[test]
    fn both_libraries_sign_alike_at_every_length() {
        for length in 0..300_usize {
            let seed = crate::sha256(&length.to_be_bytes());
            let message = vec![length as u8; length];
            let other = ed25519_dalek::SigningKey::from_bytes(&seed).sign(&message);
            assert_eq!(Signer::new(&seed).sign(&message), Some(other.to_bytes()));
        }
    }
}
