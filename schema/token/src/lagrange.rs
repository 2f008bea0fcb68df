//! Interpolation at 0 and elsewhere: what turns t shares' evaluations into the key's.

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::Scalar;
use curve25519_dalek::traits::{Identity as _, VartimeMultiscalarMul as _};

/// How evaluations at some indices add up to the value at 0, times a common denominator.
pub(crate) enum Combination {
    /// Committees are small, so the coefficients are fractions of a few bits: Σ numerator·point is
    /// denominator times the value.
    Small { numerators: Vec<i32>, denominator: u32 },
    /// Full-size coefficients for indices so large that the fractions don't fit; the denominator is 1.
    Wide(Vec<Scalar>),
}

impl Combination {
    /// The coefficients for distinct, non-zero indices.
    pub(crate) fn at_zero(indices: &[u16]) -> Self {
        small(indices).unwrap_or_else(|| Self::Wide(coefficients(indices, 0)))
    }

    /// What the sum has to be divided by.
    pub(crate) fn denominator(&self) -> Scalar {
        match self {
            Self::Small { denominator, .. } => Scalar::from(*denominator),
            Self::Wide(_) => Scalar::ONE,
        }
    }

    /// The weighted sum of public points, one for each index, in variable time.
    pub(crate) fn sum(&self, points: &[&RistrettoPoint]) -> RistrettoPoint {
        match self {
            Self::Small { numerators, .. } => small_sum(numerators, points),
            Self::Wide(scalars) => RistrettoPoint::vartime_multiscalar_mul(scalars, points.iter().copied()),
        }
    }
}

/// Lagrange coefficients for the value at `at`, which must not be one of the distinct `indices`.
pub(crate) fn coefficients(indices: &[u16], at: u16) -> Vec<Scalar> {
    let at = Scalar::from(at);
    indices
        .iter()
        .map(|&own| {
            let own_scalar = Scalar::from(own);
            let others = indices
                .iter()
                .filter(|&&other| other != own)
                .map(|&other| Scalar::from(other));
            let (numerator, denominator) = others
                .fold((Scalar::ONE, Scalar::ONE), |(above, below), other| {
                    (above * (other - at), below * (other - own_scalar))
                });
            numerator * denominator.invert()
        })
        .collect()
}

fn small(indices: &[u16]) -> Option<Combination> {
    let fractions: Vec<(i64, i64)> = indices
        .iter()
        .map(|&own| fraction(indices, own))
        .collect::<Option<_>>()?;
    let denominator = fractions.iter().try_fold(1i64, |common, &(_, below)| {
        (common / gcd(common, below)).checked_mul(below)
    })?;
    let numerators = fractions
        .iter()
        .map(|&(above, below)| {
            above
                .checked_mul(denominator / below)
                .and_then(|n| i32::try_from(n).ok())
        })
        .collect::<Option<_>>()?;
    let denominator = u32::try_from(denominator).ok()?;
    Some(Combination::Small {
        numerators,
        denominator,
    })
}

/// One coefficient at 0 in lowest terms, the denominator positive.
fn fraction(indices: &[u16], own: u16) -> Option<(i64, i64)> {
    let mut fraction = (1i64, 1i64);
    for &other in indices.iter().filter(|&&other| other != own) {
        let (above, below) = (i64::from(other), i64::from(other) - i64::from(own));
        let (above, below) = (fraction.0.checked_mul(above)?, fraction.1.checked_mul(below)?);
        let common = gcd(above, below) * below.signum();
        fraction = (above / common, below / common);
    }
    Some(fraction)
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// Doubles and adds all points together, from the highest bit of any weight down.
fn small_sum(weights: &[i32], points: &[&RistrettoPoint]) -> RistrettoPoint {
    let bits = weights
        .iter()
        .map(|weight| 32 - weight.unsigned_abs().leading_zeros())
        .max()
        .unwrap_or(0);
    let mut sum = RistrettoPoint::identity();
    for bit in (0..bits).rev() {
        sum += sum;
        for (weight, point) in weights.iter().zip(points) {
            match (weight.unsigned_abs() >> bit & 1, weight.is_negative()) {
                (0, _) => {}
                (_, false) => sum += *point,
                (_, true) => sum -= *point,
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small_of(indices: &[u16]) -> (Vec<i32>, u32) {
        match Combination::at_zero(indices) {
            Combination::Small {
                numerators,
                denominator,
            } => (numerators, denominator),
            Combination::Wide(_) => panic!("{indices:?} has small coefficients"),
        }
    }

    #[test]
    fn coefficients_of_small_committees_are_small_fractions() {
        assert_eq!(small_of(&[1]), (vec![1], 1));
        assert_eq!(small_of(&[1, 2, 3]), (vec![3, -3, 1], 1));
        assert_eq!(small_of(&[1, 2, 5]), (vec![15, -10, 1], 6));
        assert_eq!(small_of(&[5, 1, 3]), (vec![3, 15, -10], 8));
    }

    #[test]
    fn huge_indices_fall_back_to_scalars() {
        let indices: Vec<u16> = (0..8).map(|i| 65_535 - 4_093 * i).collect();
        assert!(matches!(Combination::at_zero(&indices), Combination::Wide(_)));
    }

    #[test]
    fn both_forms_give_the_same_sum() {
        for indices in [
            vec![2u16],
            vec![1, 2, 3],
            vec![7, 3, 4],
            vec![1, 2, 4, 7],
            vec![300, 2, 77],
        ] {
            let points: Vec<_> = indices
                .iter()
                .map(|&i| RistrettoPoint::mul_base(&Scalar::from(i * 13)))
                .collect();
            let points: Vec<_> = points.iter().collect();
            let small = Combination::at_zero(&indices);
            let wide = Combination::Wide(coefficients(&indices, 0));
            assert!(matches!(small, Combination::Small { .. }));
            assert_eq!(small.sum(&points), wide.sum(&points) * small.denominator());
        }
    }
}
