//! Cut links, nodes that die, and nodes that come back from a backup.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use lianfang_flow::Recovery;

use crate::attempt::Attempt;
use crate::harness::{Backup, id};
use crate::life::{Life, NODES, PLATFORMS, PUBLISHERS};

/// Few flows have more statements; what reaches none of them is done when its node dies.
const MOST_STATEMENTS: u32 = 60;

/// A backup, and the roster at that time.
pub(crate) struct Kept {
    backup: Backup,
    watched: BTreeSet<u32>,
}

impl Life {
    /// Cuts one link, or all of one node.
    pub(crate) fn cut_link(&mut self) {
        let one = self.one_of(&NODES).unwrap();
        let others: Vec<_> = NODES.into_iter().filter(|other| *other != one).collect();
        let others = match self.below(3) {
            0 => others,
            _ => vec![self.one_of(&others).unwrap()],
        };
        self.note(format!("cut: {one} from {others:?}"));
        for other in others {
            self.federation.network.cut(&id(one), &id(other));
            self.tally.count("links cut");
        }
    }

    /// Heals one link, or all.
    pub(crate) fn heal_link(&mut self) {
        let cuts = self.federation.network.cuts();
        let healed = match self.below(3) {
            0 => cuts,
            _ => self.one_of(&cuts).into_iter().collect(),
        };
        self.note(format!("healed: {healed:?}"));
        for (one, other) in healed {
            self.federation.network.heal(&one, &other);
        }
    }

    /// A node dies at some statement of what it is doing.
    pub(crate) async fn crash(&mut self) {
        let Some(name) = self.one_up(&PLATFORMS) else {
            return;
        };
        let attempt = self.plan(name);
        let statement = 1 + self.below(MOST_STATEMENTS);
        self.note(format!("{name} dies at statement {statement} of {attempt:?}"));
        self.federation
            .store(name)
            .fail_from_statement(u64::from(statement));
        if self.attempt(name, &attempt).await.is_err() {
            self.doubts.entry(name).or_default().about(&attempt);
        }
        self.federation.network.stop(&id(name));
        if self.federation.store(name).stop_failing() {
            self.tally.count("crashes in the middle of something");
        }
        self.tally.count("crashes");
        self.down.insert(name);
        if self.below(2) == 0 {
            self.start(name).await;
        }
    }

    /// One statement of what a node is doing fails; the node goes on.
    pub(crate) async fn stumble(&mut self) {
        let Some(name) = self.one_up(&PLATFORMS) else {
            return;
        };
        let attempt = self.plan(name);
        let statement = 1 + self.below(MOST_STATEMENTS);
        self.note(format!(
            "{name} stumbles over statement {statement} of {attempt:?}"
        ));
        self.federation.store(name).fail_statement(u64::from(statement));
        if self.attempt(name, &attempt).await.is_err() {
            self.doubts.entry(name).or_default().about(&attempt);
        }
        if self.federation.store(name).stop_failing() {
            self.tally.count("statements that failed");
        }
        self.reconcile(name).await;
    }

    pub(crate) async fn start_one(&mut self) {
        let down: Vec<_> = self.down.iter().copied().collect();
        if let Some(name) = self.one_of(&down) {
            self.start(name).await;
        }
    }

    /// Starts a node from what it has stored.
    pub(crate) async fn start(&mut self, name: &'static str) {
        self.note(format!("{name} starts"));
        self.federation.restart(name).await;
        self.down.remove(name);
        self.reconcile(name).await;
    }

    pub(crate) fn back_up(&mut self) {
        let Some(name) = self.one_up(&PLATFORMS) else {
            return;
        };
        self.note(format!("{name} is backed up"));
        let kept = Kept {
            backup: self.federation.back_up(name),
            watched: self.watched.get(name).cloned().unwrap_or_default(),
        };
        self.kept.insert(name, kept);
    }

    /// A node comes back from a backup that may be old, without the bodies of digests. Its operator sees to it that every other member can be asked: what
    /// only somebody knows who isn't asked stays unknown to it.
    pub(crate) async fn come_back(&mut self) {
        let kept: Vec<_> = self.kept.keys().copied().collect();
        let Some(name) = self.one_of(&kept) else {
            return;
        };
        self.join_up().await;
        self.note(format!("{name} comes back from its backup"));
        let kept = self.kept.remove(name).unwrap();
        let node = self.federation.come_back(name, &kept.backup).await;
        assert_eq!(node.recover().await.unwrap(), Recovery::Settled, "{name}");
        node.publish_changes().await.unwrap();
        self.watched.insert(name, kept.watched);
        self.told.forget(name);
        self.accept_loss(name).await;
        self.tally.count("restores from a backup");
    }

    /// Heals every link and starts whoever is down.
    pub(crate) async fn join_up(&mut self) {
        for (one, other) in self.federation.network.cuts() {
            self.federation.network.heal(&one, &other);
        }
        for name in self.down.clone() {
            self.start(name).await;
        }
    }

    /// A day later: whoever runs does by night what its jobs do, all at once.
    pub(crate) async fn pass_a_night(&mut self) {
        self.federation.clock.advance(Duration::from_secs(86_400));
        self.note("a night".to_owned());
        self.tally.count("nights");
        let up = self.up();
        for name in PUBLISHERS.into_iter().filter(|name| up.contains(name)) {
            self.try_out(name, &Attempt::Expire).await;
            self.try_out(name, &Attempt::Fold).await;
        }
        let nodes: Vec<_> = up.iter().map(|name| self.node(name)).collect();
        let reports = join_all(nodes.iter().map(|node| node.sync(None, false))).await;
        for (name, report) in up.iter().zip(reports) {
            self.heard(name, &report.unwrap());
        }
        for name in up {
            self.try_out(name, &Attempt::Upkeep).await;
        }
        self.federation.network.forget_what_was_said();
    }
}
