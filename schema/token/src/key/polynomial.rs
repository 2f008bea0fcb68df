use curve25519_dalek::Scalar;
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

/// A polynomial over the scalars whose value at 0 is a secret; zeroized on drop.
pub(crate) struct Polynomial(Zeroizing<Vec<Scalar>>);

impl Polynomial {
    /// A random polynomial of degree `threshold - 1` through `secret` at 0.
    pub(crate) fn random(secret: &Scalar, threshold: u16, rng: &mut impl CryptoRngCore) -> Self {
        let mut coefficients = Zeroizing::new(Vec::with_capacity(usize::from(threshold)));
        coefficients.push(*secret);
        coefficients.extend((1..threshold).map(|_| Scalar::random(rng)));
        Self(coefficients)
    }

    /// The value at `x` (Horner).
    pub(crate) fn at(&self, x: u16) -> Zeroizing<Scalar> {
        let x = Scalar::from(x);
        let value = self
            .0
            .iter()
            .rev()
            .fold(Scalar::ZERO, |value, next| value * x + next);
        Zeroizing::new(value)
    }
}
