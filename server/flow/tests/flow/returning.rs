//! Measured on a seeded, labelled population: who comes back is found, who doesn't isn't bothered.

use lianfang_wire::entry::NewEntry;
use lianfang_wire::vocabulary::VerdictName;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::harness::{BACKENDS, Federation, entry, operator, screening};
use crate::population::{Seller, below, dressed, innocent_beside, one_of, seller};

const SANCTIONED: usize = 120;
const RETURNING: usize = 300;
const INNOCENT: usize = 600;

/// A new company, and one or two things that the old one had.
fn come_back(old: &Seller, rng: &mut ChaCha20Rng) -> Seller {
    let mut new = seller(rng);
    for _ in 0..=below(rng, 2) {
        match below(rng, 6) {
            0 => new.phone = dressed("phone", &old.phone, rng),
            1 => new.representative = dressed("representative", &old.representative, rng),
            2 => new.payee = dressed("payee", &old.payee, rng),
            3 => new.card = dressed("card", &old.card, rng),
            4 => new.domain = dressed("domain", &old.domain, rng),
            _ => new.shop = dressed("shop", &old.shop, rng),
        }
    }
    new
}

#[tokio::test]
async fn nine_in_ten_who_come_back_are_found_and_nearly_nobody_else() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let node = federation.join("platform-a", "CN", &[]).await;
    let mut rng = ChaCha20Rng::seed_from_u64(20_261_121);
    let sanctioned: Vec<Seller> = (0..SANCTIONED).map(|_| seller(&mut rng)).collect();
    for (place, old) in sanctioned.iter().enumerate() {
        let new = entry(old.subject(), node.now());
        // Every other one is an old closure without evidence, which no digest holds.
        let evidence = if place % 2 == 0 {
            new.evidence.clone()
        } else {
            Vec::new()
        };
        node.record_entry(&operator(), NewEntry { evidence, ..new })
            .await
            .unwrap();
    }
    let mut found = 0;
    for _ in 0..RETURNING {
        let back = come_back(one_of(&mut rng, &sanctioned), &mut rng);
        let answer = node.screen(&operator(), screening(back.subject())).await.unwrap();
        assert_ne!(answer.verdict, VerdictName::Block);
        found += usize::from(answer.verdict == VerdictName::Review);
    }
    let mut bothered = 0;
    for _ in 0..INNOCENT {
        let innocent = innocent_beside(one_of(&mut rng, &sanctioned), &mut rng);
        let answer = node
            .screen(&operator(), screening(innocent.subject()))
            .await
            .unwrap();
        assert_ne!(answer.verdict, VerdictName::Block);
        bothered += usize::from(answer.verdict == VerdictName::Review);
    }
    let (recall, precision) = (found * 100 / RETURNING, found * 100 / (found + bothered));
    eprintln!(
        "recall {recall} % of {RETURNING}, precision {precision} % ({bothered} of {INNOCENT} innocents reviewed)"
    );
    assert!(recall >= 90, "recall {recall} %");
    assert!(precision >= 95, "precision {precision} %");
}
