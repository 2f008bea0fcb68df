use crate::gcs::MAX_PREFIXES;
use crate::{Delta, Refusal};

/// Adds deltas up one after the other. Neighbours are merged when they are of like size, so that each prefix is copied a
/// logarithm of times, however many deltas there are and however small each is.
#[derive(Debug)]
pub struct DeltaSum {
    most: usize,
    /// In the order of what they hold; each at least twice as large as the next.
    runs: Vec<Delta>,
}

impl Default for DeltaSum {
    fn default() -> Self {
        Self::within(MAX_PREFIXES as usize)
    }
}

impl DeltaSum {
    /// A sum of at most so many prefixes; never more than 2^24.
    pub fn within(most: usize) -> Self {
        Self {
            most: most.min(MAX_PREFIXES as usize),
            runs: Vec::new(),
        }
    }

    /// Puts `later` on top of what was added before.
    ///
    /// # Errors
    /// [`Refusal::TooManyPrefixes`] as soon as it is certain that more remain in the end than may.
    pub fn add(&mut self, later: Delta) -> Result<(), Refusal> {
        if later.is_empty() {
            return Ok(());
        }
        let mut later = self.fits(later)?;
        while let Some(before) = self.runs.pop_if(|before| before.len() < 2 * later.len()) {
            later = self.fits(before.then(&later)?)?;
        }
        self.runs.push(later);
        Ok(())
    }

    /// The net change.
    ///
    /// # Errors
    /// [`Refusal::TooManyPrefixes`] when more remain than may.
    pub fn net(mut self) -> Result<Delta, Refusal> {
        let mut net = self.runs.pop().unwrap_or_default();
        while let Some(before) = self.runs.pop() {
            net = self.fits(before.then(&net)?)?;
        }
        Ok(net)
    }

    /// What was touched stays in one of the two sets, so that a sum never gets smaller.
    fn fits(&self, delta: Delta) -> Result<Delta, Refusal> {
        match delta.len() <= self.most {
            true => Ok(delta),
            false => Err(Refusal::TooManyPrefixes),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn one(prefix: u64) -> Delta {
        Delta::of_prefixes(BTreeSet::from([prefix]), BTreeSet::new(), |_| false)
    }

    #[test]
    fn each_prefix_is_merged_with_as_many_as_it_stands_beside_in_whatever_order_they_come() {
        for step in [1, 607] {
            let mut sum = DeltaSum::default();
            for number in 0..1_023_u64 {
                sum.add(one(number * step % 1_024)).unwrap();
                assert_eq!(sum.runs.len(), (number + 1).count_ones() as usize);
            }
            assert_eq!(sum.net().unwrap().len(), 1_023);
        }
    }

    #[test]
    fn a_prefix_that_comes_again_and_again_counts_once() {
        let mut sum = DeltaSum::within(1);
        for _ in 0..100 {
            sum.add(one(7)).unwrap();
        }
        assert_eq!(sum.net(), Ok(one(7)));
    }
}
