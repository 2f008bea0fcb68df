//! What one member alone had heard of a node after its backup, when that member was away while the node recovered.

use std::sync::Arc;

use lianfang_flow::{Node, Recovery, RestorePlan};
use lianfang_store::testing::Backend;
use lianfang_wire::vocabulary::{EventType, StateName, VerdictName};
use uuid::Uuid;

use crate::harness::{BACKENDS, Copy, Federation, code, id};
use crate::restore::{apply, federation, record, spread, verdict};

const LATE: &str = "platform-c";
const EVERYBODY: [&str; 3] = ["platform-b", LATE, "regulator"];
/// No sync of a restored node has as many statements.
const MOST: u64 = 1_000;

/// Two of its entries that everybody had heard of, and the copy, which doesn't reach the member that had heard more.
struct Scene {
    federation: Federation,
    copy: Copy,
    disputed: Uuid,
    withdrawn: Uuid,
    /// Recorded after the backup.
    lost: Vec<Uuid>,
}

/// After the backup one entry was withdrawn and others were recorded, of which [`LATE`] alone has heard.
async fn scene(backend: Backend) -> Scene {
    let meanwhile = async |federation: &Federation, a: &Arc<Node>, withdrawn: Uuid| {
        apply(a, withdrawn, EventType::Withdrawn).await;
        let mut lost = Vec::new();
        for number in [3, 4] {
            lost.push(record(a, &code(number)).await);
        }
        spread(federation, a, &[LATE]).await;
        lost
    };
    after_backup(backend, meanwhile).await
}

async fn after_backup(
    backend: Backend,
    meanwhile: impl AsyncFnOnce(&Federation, &Arc<Node>, Uuid) -> Vec<Uuid>,
) -> Scene {
    let federation = federation(backend, &["platform-b", LATE]).await;
    let a = federation.node("platform-a");
    let [disputed, withdrawn] = [record(&a, &code(1)).await, record(&a, &code(2)).await];
    spread(&federation, &a, &EVERYBODY).await;
    assert_eq!(verdict(&federation, LATE, &code(1)).await, VerdictName::Block);
    let backup = federation.back_up("platform-a");
    let of_everybody = record(&a, &code(5)).await;
    spread(&federation, &a, &EVERYBODY).await;
    let mut lost = meanwhile(&federation, &a, withdrawn).await;
    lost.push(of_everybody);
    federation.network.stop(&id("platform-a"));
    drop(a);
    let plan = RestorePlan::default();
    let copy = federation.restored("platform-a", &backup, plan).await;
    copy.unreachable.lock().unwrap().insert(id(LATE));
    assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
    federation.network.add(Arc::clone(&copy.node));
    Scene {
        federation,
        copy,
        disputed,
        withdrawn,
        lost,
    }
}

impl Scene {
    async fn state(&self, entry: Uuid) -> StateName {
        self.copy.node.entry(entry).await.unwrap().state
    }

    /// That it is back, and heard what is said since.
    async fn come_back(&self) {
        self.copy.unreachable.lock().unwrap().clear();
        self.copy.node.sync(None, false).await.unwrap();
        spread(&self.federation, &self.copy.node, &EVERYBODY).await;
    }

    async fn everybody_knows(&self, entry: Uuid, state: StateName) {
        assert_eq!(self.state(entry).await, state);
        self.everybody_has_heard(entry, state);
    }

    fn everybody_has_heard(&self, entry: Uuid, state: StateName) {
        for reader in EVERYBODY {
            let heard = self
                .federation
                .store(reader)
                .peer_entry_state(&id("platform-a"), entry);
            let heard = heard.unwrap().unwrap().state;
            assert_eq!(heard, i16::from(state.number()), "{reader}");
        }
    }

    fn everybody_knows_what_is_lost(&self) {
        assert!(!self.lost.is_empty());
        for entry in &self.lost {
            self.everybody_has_heard(*entry, StateName::Withdrawn);
        }
    }

    /// Everybody has read the whole feed, and it has no gap.
    async fn everybody_read_all(&self) {
        let all = "all".parse().unwrap();
        let own = self.copy.store.status_after(&all, 0, 100).unwrap();
        let places: Vec<_> = own.iter().map(|item| item.audience_seq).collect();
        assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>());
        for reader in EVERYBODY {
            let store = self.federation.store(reader);
            let heard = store.heard_status(&id("platform-a"), &all, 0, 100).unwrap();
            assert_eq!(heard.len(), own.len(), "{reader}");
        }
    }
}

#[tokio::test]
async fn what_is_said_anew_under_places_that_a_member_has_read_other_items_at_is_said_again() {
    for backend in BACKENDS {
        let scene = scene(backend).await;
        apply(&scene.copy.node, scene.disputed, EventType::Contested).await;
        spread(&scene.federation, &scene.copy.node, &["platform-b", "regulator"]).await;
        assert_eq!(
            scene.state(scene.withdrawn).await,
            StateName::Active,
            "nobody knew"
        );
        scene.come_back().await;
        scene.everybody_knows(scene.disputed, StateName::Contested).await;
        scene.everybody_knows(scene.withdrawn, StateName::Withdrawn).await;
        scene.everybody_read_all().await;
        scene.everybody_knows_what_is_lost();
        for number in [1, 2] {
            for reader in ["platform-b", LATE] {
                let told = verdict(&scene.federation, reader, &code(number)).await;
                assert_ne!(told, VerdictName::Block, "{reader} {number}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_said_after_a_member_is_back_lies_above_what_it_had_read() {
    for backend in BACKENDS {
        let scene = scene(backend).await;
        scene.come_back().await;
        apply(&scene.copy.node, scene.disputed, EventType::Contested).await;
        spread(&scene.federation, &scene.copy.node, &EVERYBODY).await;
        scene.everybody_knows(scene.disputed, StateName::Contested).await;
        scene.everybody_knows(scene.withdrawn, StateName::Withdrawn).await;
        scene.everybody_read_all().await;
        scene.everybody_knows_what_is_lost();
    }
}

#[tokio::test]
async fn a_late_member_s_word_counts_whichever_statement_fails() {
    for backend in BACKENDS {
        let scene = scene(backend).await;
        apply(&scene.copy.node, scene.disputed, EventType::Contested).await;
        spread(&scene.federation, &scene.copy.node, &["platform-b", "regulator"]).await;
        scene.copy.unreachable.lock().unwrap().clear();
        for n in 1.. {
            assert!(n < MOST, "no end");
            scene.copy.store.fail_statement(n);
            let _ = scene.copy.node.sync(None, false).await;
            if !scene.copy.store.stop_failing() {
                assert!(n > 10, "a sync has more than {n} statements");
                break;
            }
        }
        spread(&scene.federation, &scene.copy.node, &EVERYBODY).await;
        scene.everybody_knows(scene.disputed, StateName::Contested).await;
        scene.everybody_knows(scene.withdrawn, StateName::Withdrawn).await;
        scene.everybody_read_all().await;
        scene.everybody_knows_what_is_lost();
    }
}

#[tokio::test]
async fn what_a_late_member_has_read_since_is_not_said_again_when_its_grant_was_lost_on_the_way() {
    for backend in BACKENDS {
        let scene = after_backup(backend, async |_, _, _| Vec::new()).await;
        apply(&scene.copy.node, scene.disputed, EventType::Contested).await;
        scene.copy.node.publish_changes().await.unwrap();
        scene.copy.unreachable.lock().unwrap().clear();
        let late = scene.federation.store(LATE);
        for n in 1.. {
            assert!(n < MOST, "no end");
            scene.copy.store.fail_from_statement(n);
            let _ = scene.copy.node.sync(None, false).await;
            assert!(scene.copy.store.stop_failing(), "the grant was noted");
            if late.granted_incarnation(&id("platform-a")).unwrap().is_some() {
                break;
            }
        }
        spread(&scene.federation, &scene.copy.node, &[LATE]).await;
        let all = "all".parse().unwrap();
        let said = scene.copy.store.audience_head(&all).unwrap();
        scene.come_back().await;
        assert_eq!(scene.copy.store.audience_head(&all).unwrap(), said);
        scene.everybody_knows(scene.disputed, StateName::Contested).await;
        scene.everybody_read_all().await;
        scene.everybody_knows_what_is_lost();
    }
}
