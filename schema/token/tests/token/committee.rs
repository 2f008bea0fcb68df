//! A committee in one process.

use lianfang_encoding::{Class, FederationId, Timestamp};
use lianfang_token::{
    Birth, Blinded, DescriptorFields, KeyDescriptor, KeyShare, SecretKey, Token, VerifiedEvaluation,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) struct Committee {
    pub(crate) shares: Vec<KeyShare>,
    pub(crate) descriptor: KeyDescriptor,
}

impl Committee {
    pub(crate) fn new(key: &SecretKey, threshold: u16, members: u16, seed: u64) -> Self {
        let shares = key.share(threshold, members, &mut rng(seed)).unwrap();
        let descriptor = KeyDescriptor::new(fields(key, threshold, &shares)).unwrap();
        Self { shares, descriptor }
    }

    pub(crate) fn answer(&self, blinded: &Blinded, index: u16) -> VerifiedEvaluation {
        let share = self.share(index);
        let evaluation = share.evaluate(blinded.elements(), &mut rng(9)).unwrap();
        blinded.verify(share.verification_share(), &evaluation).unwrap()
    }

    /// The same by the holder of share `own`, who asks the others.
    pub(crate) fn tokens_with_own(&self, inputs: &[&[u8]], indices: &[u16], own: u16) -> Vec<Token> {
        let blinded = Blinded::new(inputs.iter().copied(), &mut rng(8)).unwrap();
        let blinded = blinded.pad(&mut rng(7));
        let answer = |&index: &u16| match index == own {
            true => blinded.evaluate(self.share(index)),
            false => self.answer(&blinded, index),
        };
        let answers: Vec<_> = indices.iter().map(answer).collect();
        blinded.finalize(&self.descriptor, &answers).unwrap()
    }

    pub(crate) fn tokens(&self, inputs: &[&[u8]], indices: &[u16]) -> Vec<Token> {
        let blinded = Blinded::new(inputs.iter().copied(), &mut rng(8)).unwrap();
        let answers: Vec<_> = indices
            .iter()
            .map(|&index| self.answer(&blinded, index))
            .collect();
        blinded.finalize(&self.descriptor, &answers).unwrap()
    }

    pub(crate) fn share(&self, index: u16) -> &KeyShare {
        &self.shares[usize::from(index) - 1]
    }
}

pub(crate) fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut rng(seed))
}

pub(crate) fn fields(key: &SecretKey, threshold: u16, shares: &[KeyShare]) -> DescriptorFields {
    DescriptorFields {
        fed: FederationId([0xfe; 16]),
        class: Class::Organisation,
        epoch: 3,
        generation: 7,
        threshold,
        public_key: key.public(),
        verification_shares: shares.iter().map(|share| *share.verification_share()).collect(),
        born: Birth {
            at: Timestamp::from_secs(1_800_000_000),
            threshold: 1,
            members: 1,
        },
        transcript: [0x5a; 32],
        valid_from: Timestamp::from_secs(1_800_000_000),
        valid_until: Timestamp::from_secs(1_801_000_000),
    }
}
