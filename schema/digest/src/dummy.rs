use hmac::{Hmac, Mac};
use lianfang_encoding::{FederationId, Transcript};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::ListId;

/// A publisher's secret from which its dummies come. It never leaves the publisher.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DummySecret([u8; 32]);

impl DummySecret {
    /// A secret from 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for DummySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DummySecret")
    }
}

/// The dummies of one list: HMAC-SHA256 under the publisher's secret over
/// lp16("lianfang/dummy/v1") ‖ lp16(fed) ‖ lp16(publisher) ‖ lp16(audience) ‖ u8 subject type ‖ u32 epoch ‖ u8 use ‖
/// u64 sequence ‖ u64 i. The i-th dummy of a base is the same in each base, so padding never churns.
#[derive(Debug, Clone)]
pub struct Dummies<'a> {
    secret: &'a DummySecret,
    context: Transcript,
}

impl<'a> Dummies<'a> {
    /// The dummies of `list`.
    pub fn new(secret: &'a DummySecret, federation: &FederationId, list: &ListId) -> Self {
        let context = Transcript::new("lianfang/dummy/v1")
            .bytes(federation.as_bytes())
            .bytes(list.publisher.as_str().as_bytes())
            .bytes(list.audience.as_str().as_bytes())
            .u8(list.subject_type.number())
            .u32(list.epoch);
        Self { secret, context }
    }

    /// Tokens that pad a base, without end.
    pub fn of_base(&self) -> impl Iterator<Item = [u8; 32]> {
        self.stream(0, 0)
    }

    /// Tokens that pad the additions of the delta with this sequence.
    pub fn of_additions(&self, sequence: u64) -> impl Iterator<Item = [u8; 32]> {
        self.stream(1, sequence)
    }

    /// Tokens that pad the removals of the delta with this sequence.
    pub fn of_removals(&self, sequence: u64) -> impl Iterator<Item = [u8; 32]> {
        self.stream(2, sequence)
    }

    fn stream(&self, purpose: u8, sequence: u64) -> impl Iterator<Item = [u8; 32]> {
        let context = self.context.clone().u8(purpose).u64(sequence);
        (0..u64::MAX).map_while(move |i| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret.0).ok()?;
            mac.update(&context.clone().u64(i).finish());
            Some(mac.finalize().into_bytes().into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SubjectType;

    fn list(epoch: u32) -> ListId {
        ListId {
            publisher: "shop-a".parse().unwrap(),
            audience: "all".parse().unwrap(),
            subject_type: SubjectType::Seller,
            epoch,
        }
    }

    #[test]
    fn dummies_repeat_for_one_list_and_differ_between_lists_secrets_and_uses() {
        let federation = FederationId([1; 16]);
        let (one, other) = (DummySecret::new([1; 32]), DummySecret::new([2; 32]));
        let first = |secret, epoch| Dummies::new(secret, &federation, &list(epoch)).of_base().next();
        assert_eq!(first(&one, 1), first(&one, 1));
        assert_ne!(first(&one, 1), first(&one, 2));
        assert_ne!(first(&one, 1), first(&other, 1));
        let list = list(1);
        let dummies = Dummies::new(&one, &federation, &list);
        assert_ne!(dummies.of_base().next(), dummies.of_additions(0).next());
        assert_ne!(dummies.of_additions(1).next(), dummies.of_additions(2).next());
        assert_ne!(dummies.of_additions(1).next(), dummies.of_removals(1).next());
        assert_eq!(format!("{one:?}"), "DummySecret");
    }
}
