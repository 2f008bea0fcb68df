//! A base of several shards: checked one by one, and taken up where a transfer broke off.

use std::fs;
use std::sync::{Arc, Mutex};

use lianfang_digest::{
    BaseBuilder, BodyRef, Header, Kind, SHARD, Seed, ShardTable, SignedHead, SizeClass, padded, state_hash,
};
use lianfang_encoding::sha256;
use lianfang_store::{Adoption, HeadRow};
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const CODE: &str = "91110108661572276L";

/// So many make a body of more than three shards.
const ENTRIES: u32 = 900_000;

/// Publishes, as platform-a, a new base of its only list: what is in it and a great many strangers. Returns its body's length.
fn enlarge(federation: &Federation) -> u64 {
    let store = federation.store("platform-a");
    let row = store.heads_in_force(None).unwrap().pop().unwrap();
    let before = SignedHead::decode(&row.head).unwrap();
    let total = padded(ENTRIES as usize).unwrap();
    let seed = Seed::of(&before.header().federation).unwrap();
    let mut base = BaseBuilder::new(SizeClass::of_total(total).unwrap(), &seed).unwrap();
    let kept = store.tokens_of(&entries_of(store)).unwrap();
    kept.iter().for_each(|row| base.insert(&row.token));
    for number in kept.len() as u32..ENTRIES {
        base.insert(&sha256(&number.to_be_bytes()));
    }
    let content = base.finish();
    let body = BodyRef::of(&content);
    let folder = federation.folder("platform-a").join("digests");
    let keep = |hash: [u8; 32], bytes: &[u8]| fs::write(folder.join(hex::encode(hash)), bytes).unwrap();
    keep(body.sha256, &content);
    keep(body.shard_table, &ShardTable::of(&content).to_bytes());
    let header = Header {
        kind: Kind::Base,
        total,
        sequence: row.sequence + 1,
        base_sequence: row.sequence,
        previous: row.head_hash,
        state: state_hash(&body.sha256, []),
        body,
        ..before.header().clone()
    };
    let head = SignedHead::sign(header, &federation.signing_key("platform-a")).unwrap();
    let next = HeadRow {
        sequence: row.sequence + 1,
        base_sequence: row.sequence,
        head_hash: head.hash(),
        body_hash: body.sha256,
        body_length: body.length,
        head: head.to_wire(),
        ..row.clone()
    };
    assert_eq!(
        store.adopt_heads(vec![next], row.created).unwrap(),
        Adoption::Adopted
    );
    body.length
}

fn entries_of(store: &lianfang_store::Store) -> Vec<uuid::Uuid> {
    let events = store.events_after(0, 10).unwrap();
    events.iter().map(|event| event.entry_id).collect()
}

#[tokio::test]
async fn a_transfer_that_breaks_off_in_the_midst_of_a_shard_goes_on_after_the_last_whole_one() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let new = entry(company(CODE), a.now());
        a.record_entry(&operator(), new).await.unwrap();
        a.build_digests().await.unwrap();
        let length = enlarge(&federation);
        assert!(length > 3 * SHARD as u64);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&asked);
        federation.network.tamper(Box::new(move |what, mut answer| {
            if what == "body" && answer.len() > SHARD {
                let mut asked = told.lock().unwrap();
                asked.push(answer.len() as u64);
                if asked.len() == 1 {
                    answer.truncate(SHARD + SHARD / 2);
                }
            }
            answer
        }));
        let report = b.sync(None, false).await.unwrap();
        assert!(!report.is_complete(), "{backend:?}");
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert!(answer.reasons.is_empty(), "{backend:?}");
        let report = b.sync(None, false).await.unwrap();
        assert!(report.is_complete(), "{backend:?} {report:?}");
        assert_eq!(
            *asked.lock().unwrap(),
            [length, length - SHARD as u64],
            "{backend:?}"
        );
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Block, "{backend:?}");
    }
}

#[tokio::test]
async fn a_body_of_which_its_publisher_has_less_left_than_came_before_is_asked_of_others() {
    for backend in BACKENDS {
        let (mut federation, a, b) = Federation::of_two(backend).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        let new = entry(company(CODE), a.now());
        a.record_entry(&operator(), new).await.unwrap();
        a.build_digests().await.unwrap();
        let length = enlarge(&federation);
        let from_a = Some(id("platform-a"));
        assert!(c.sync(from_a.clone(), false).await.unwrap().is_complete());
        let cut = |what: &str, mut answer: Vec<u8>| {
            if what == "body" && answer.len() > SHARD {
                answer.truncate(SHARD + SHARD / 2);
            }
            answer
        };
        federation.network.tamper(Box::new(cut));
        assert!(!b.sync(from_a.clone(), false).await.unwrap().is_complete());
        federation.network.tamper(Box::new(|_, answer| answer));
        let digests = federation.folder("platform-a").join("digests");
        let is_body = |file: &fs::DirEntry| file.metadata().unwrap().len() == length;
        let body = fs::read_dir(digests).unwrap().map(Result::unwrap).find(is_body);
        fs::write(body.unwrap().path(), [0; 100]).unwrap();
        let report = b.sync(from_a, false).await.unwrap();
        assert!(report.is_complete(), "{backend:?} {report:?}");
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Block, "{backend:?}");
    }
}

#[tokio::test]
async fn a_shard_that_was_bent_on_the_way_is_refused_and_those_before_it_are_kept() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    let new = entry(company(CODE), a.now());
    a.record_entry(&operator(), new).await.unwrap();
    a.build_digests().await.unwrap();
    let length = enlarge(&federation);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    federation.network.tamper(Box::new(move |what, mut answer| {
        if what == "body" && answer.len() > SHARD {
            let mut asked = told.lock().unwrap();
            asked.push(answer.len() as u64);
            if asked.len() == 1 {
                answer[2 * SHARD + 5] ^= 1;
            }
        }
        answer
    }));
    let report = b.sync(None, false).await.unwrap();
    let error = report.peers.iter().find_map(|peer| peer.error.clone());
    assert_eq!(error.as_deref(), Some("digest-shard"), "{report:?}");
    assert!(b.sync(None, false).await.unwrap().is_complete());
    assert_eq!(*asked.lock().unwrap(), [length, length - 2 * SHARD as u64]);
}

/// Puts a head in force whose body has the bytes of the shard table of platform-a's list, for members in DE alone.
fn name_the_table_as_a_delta_for_others(federation: &Federation) {
    let store = federation.store("platform-a");
    let row = store.heads_in_force(None).unwrap().pop().unwrap();
    let table = SignedHead::decode(&row.head).unwrap().header().body.shard_table;
    let named = HeadRow {
        audience: "de".parse().unwrap(),
        kind: HeadRow::DELTA,
        head_hash: sha256(b"another head"),
        body_hash: table,
        ..row.clone()
    };
    assert_eq!(
        store.adopt_heads(vec![named], row.created).unwrap(),
        Adoption::Adopted
    );
}

#[tokio::test]
async fn a_shard_table_that_another_list_has_as_a_delta_is_given_to_whoever_may_read_either() {
    for backend in BACKENDS {
        let (mut federation, a, b) = Federation::of_two(backend).await;
        federation.join("platform-d", "DE", &[]).await;
        let new = entry(company(CODE), a.now());
        a.record_entry(&operator(), new).await.unwrap();
        a.build_digests().await.unwrap();
        enlarge(&federation);
        name_the_table_as_a_delta_for_others(&federation);
        let report = b.sync(Some(a.id().clone()), false).await.unwrap();
        assert!(report.is_complete(), "{backend:?} {report:?}");
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Block, "{backend:?}");
    }
}
