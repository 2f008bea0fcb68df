//! Applicants who did nothing are never blocked, brand owners and genuine articles included.

use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::VerdictName;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::population::{Gate, Seller, innocent_beside, one_of, seller};

/// The bench `innocents` runs a million.
const APPLICANTS: usize = 20_000;

#[test]
fn no_innocent_applicant_is_blocked() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let sanctioned: Vec<Seller> = (0..500).map(|_| seller(&mut rng)).collect();
    let subjects: Vec<_> = sanctioned.iter().map(Seller::subject).collect();
    let gate = Gate::of(&subjects, Timestamp::from_secs(1_790_000_000));
    let sinner = gate.verdict(&subjects[0]).0;
    assert_eq!(sinner, VerdictName::Block, "the gate blocks whom it must");
    for number in 0..APPLICANTS {
        let innocent = innocent_beside(one_of(&mut rng, &sanctioned), &mut rng);
        let (verdict, read, _) = gate.verdict(&innocent.subject());
        assert_ne!(verdict, VerdictName::Block, "applicant {number}");
        assert!(read >= 9, "applicant {number}: only {read} identifiers were read");
    }
}
