//! Backups of nodes, and copies that were restored from them.

use std::path::PathBuf;
use std::sync::Arc;

use lianfang_domain::Clock as _;
use lianfang_flow::{Node, RestorePlan, mark_restored};
use lianfang_store::testing::TestDatabase;
use lianfang_store::{Store, backup};

use super::network::Unreachable;
use super::{Federation, id, keys, settings};

/// The copy of a node's database in a file.
pub(crate) struct Backup {
    folder: tempfile::TempDir,
}

/// A node that was restored. Others reach it once it is added to the network.
pub(crate) struct Copy {
    pub(crate) node: Arc<Node>,
    pub(crate) store: Store,
    pub(crate) unreachable: Unreachable,
    bodies: tempfile::TempDir,
    /// Gone when dropped.
    _database: TestDatabase,
}

impl Backup {
    fn file(&self) -> PathBuf {
        self.folder.path().join("database")
    }
}

impl Federation {
    /// Copies a node's database while the node runs.
    pub(crate) fn back_up(&self, name: &str) -> Backup {
        let folder = tempfile::tempdir().unwrap();
        let backup = Backup { folder };
        let url = &self.papers[&id(name)].database.settings().url;
        backup::dump(url, &backup.file()).unwrap();
        backup
    }

    /// Stops a node for good and starts it from a backup in its place, within everybody's reach.
    pub(crate) async fn come_back(&mut self, name: &str, from: &Backup) -> Arc<Node> {
        self.network.stop(&id(name));
        let (database, folder) = (
            self.loaded(name, from, &RestorePlan::default()),
            tempfile::tempdir().unwrap(),
        );
        let papers = self.papers.get_mut(&id(name)).unwrap();
        (papers.database, papers.folder) = (database, folder);
        self.restart(name).await
    }

    /// A database of its own with what a backup holds.
    fn loaded(&self, name: &str, from: &Backup, plan: &RestorePlan) -> TestDatabase {
        let mut database = TestDatabase::empty(self.backend);
        let keys = keys(&self.papers[&id(name)]);
        backup::load(&database.settings().url, &from.file()).unwrap();
        // The empty database was a file of its own.
        database.reopen();
        let store = database.store();
        mark_restored(
            store,
            &keys.data,
            self.randomness().as_ref(),
            plan,
            self.clock.now(),
        )
        .unwrap();
        database
    }

    /// Restores a backup into a database of its own and starts the node, which nobody can reach yet.
    pub(crate) async fn restored(&self, name: &str, from: &Backup, plan: RestorePlan) -> Copy {
        let database = self.loaded(name, from, &plan);
        let store = database.store().clone();
        let (bodies, unreachable) = (tempfile::tempdir().unwrap(), Unreachable::default());
        let node = self.launch_copy(name, &store, &bodies, &unreachable).await;
        Copy {
            node,
            store,
            unreachable,
            bodies,
            _database: database,
        }
    }

    /// Stops a copy without a farewell and starts it from what it has stored.
    pub(crate) async fn restart_copy(&self, name: &str, copy: &mut Copy) {
        copy.node = self
            .launch_copy(name, &copy.store, &copy.bodies, &copy.unreachable)
            .await;
    }

    async fn launch_copy(
        &self,
        name: &str,
        store: &Store,
        bodies: &tempfile::TempDir,
        unreachable: &Unreachable,
    ) -> Arc<Node> {
        let papers = &self.papers[&id(name)];
        let mut settings = settings(papers, self.brake, self.confirm_delay);
        settings.bodies = bodies.path().to_owned();
        let peers = self.network.peers_behind(&id(name), Arc::clone(unreachable));
        self.launch(&id(name), store, settings, keys(papers), peers).await
    }
}
