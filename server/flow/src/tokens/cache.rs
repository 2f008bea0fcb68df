use std::sync::Arc;

use lianfang_encoding::Transcript;
use lianfang_token::{Token, TokenKeyId};
use quick_cache::sync::Cache;
use rand_core::RngCore as _;
use zeroize::Zeroizing;

use crate::Randomness;

/// Tokens of identifiers seen before. Keyed by a hash under a secret of this process, so that what lies in
/// memory can't be compared with anything outside it.
pub(crate) struct TokenCache {
    secret: Zeroizing<[u8; 32]>,
    tokens: Cache<[u8; 32], Arc<Token>>,
}

impl TokenCache {
    pub(crate) fn new(capacity: usize, randomness: &dyn Randomness) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        randomness.rng().fill_bytes(secret.as_mut());
        Self {
            secret,
            tokens: Cache::new(capacity),
        }
    }

    pub(crate) fn find(&self, key: &TokenKeyId, input: &[u8]) -> Option<Arc<Token>> {
        self.tokens.get(&self.place(key, input))
    }

    pub(crate) fn put(&self, key: &TokenKeyId, input: &[u8], token: Arc<Token>) {
        self.tokens.insert(self.place(key, input), token);
    }

    fn place(&self, key: &TokenKeyId, input: &[u8]) -> [u8; 32] {
        Transcript::new("lianfang/token-cache/v1")
            .bytes(self.secret.as_ref())
            .bytes(key.as_bytes())
            .bytes(input)
            .sha256()
    }
}
