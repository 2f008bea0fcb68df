//! Applicants who did nothing are never blocked, brand owners and genuine articles included; and hardly one waits for a
//! person because some publishers can't be asked.

use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::VerdictName;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::population::{Gate, Passage, Seller, innocent_beside, one_of, seller};

/// The bench `innocents` runs a million.
const APPLICANTS: usize = 20_000;

#[test]
fn no_innocent_applicant_is_blocked() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let sanctioned: Vec<Seller> = (0..500).map(|_| seller(&mut rng)).collect();
    let subjects: Vec<_> = sanctioned.iter().map(Seller::subject).collect();
    let gate = Gate::of(&subjects, Timestamp::from_secs(1_790_000_000));
    let sinner = gate.pass(&subjects[0]).verdict;
    assert_eq!(sinner, VerdictName::Block, "the gate blocks whom it must");
    for number in 0..APPLICANTS {
        let innocent = innocent_beside(one_of(&mut rng, &sanctioned), &mut rng);
        let Passage { verdict, read, .. } = gate.pass(&innocent.subject());
        assert_ne!(verdict, VerdictName::Block, "applicant {number}");
        assert!(read >= 9, "applicant {number}: only {read} identifiers were read");
    }
}

/// One publisher of twenty is away. A stranger has some 14 tokens, each of which hits its full digest with 2^-20: 1.3 of
/// 100,000 strangers are held up. Who looks like somebody who was listed isn't held up more, for what they have in common
/// says little whatever the publisher would answer. The bench `unavailable` has 200 publishers and more applicants.
#[test]
fn with_a_twentieth_of_the_publishers_away_at_most_one_innocent_in_a_thousand_is_reviewed() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let sanctioned: Vec<Seller> = (0..1_000).map(|_| seller(&mut rng)).collect();
    let subjects: Vec<_> = sanctioned.iter().map(Seller::subject).collect();
    let mut gate = Gate::crowd(20, &subjects, Timestamp::from_secs(1_790_000_000));
    gate.lose(1);
    let listed_by_the_absent = &subjects[0];
    let held_up = gate.pass(listed_by_the_absent);
    assert_eq!(
        held_up.verdict,
        VerdictName::Review,
        "who is listed by an absent publisher is held up"
    );
    let (mut reviewed, mut phantoms, mut alike) = (0, 0, 0);
    for number in 0..APPLICANTS {
        // Half of them have nothing in common with anybody who is listed.
        let innocent = match number % 2 {
            0 => seller(&mut rng),
            _ => innocent_beside(one_of(&mut rng, &sanctioned), &mut rng),
        };
        let passage = gate.pass(&innocent.subject());
        reviewed += usize::from(passage.verdict != VerdictName::Clear);
        phantoms += passage.phantoms;
        alike += usize::from(passage.unanswered > 0);
    }
    assert!(
        reviewed * 1_000 <= APPLICANTS,
        "{reviewed} of {APPLICANTS} were reviewed"
    );
    assert!(
        alike * 1_000 > APPLICANTS,
        "only {alike} hit anything of the absent one"
    );
    assert!(phantoms > 0, "the digests aren't full");
}
