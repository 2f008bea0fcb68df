//! `lianfang restore`, killed at one of its steps and run again.

use std::path::PathBuf;

use lianfang_node::config::Config;
use lianfang_store::testing::{Backend, TestDatabase};
use tempfile::TempDir;

use super::Outcome;
use super::federation::Federation;
use super::process::{Process, Step, run};

impl Federation {
    /// The publisher, while it runs.
    pub(super) async fn back_up(&self, place: &TempDir) -> PathBuf {
        let backup = place.path().join("backup");
        let out = ["backup", "--out", backup.to_str().unwrap()];
        run(&self.publisher.data(), &out).await;
        backup
    }

    /// A folder with the publisher's configuration and a database without anything.
    pub(super) fn empty_place(&self) -> (TempDir, Option<TestDatabase>) {
        let target = tempfile::tempdir().unwrap();
        let database = (self.backend == Backend::Postgres).then(|| TestDatabase::empty(self.backend));
        let text = std::fs::read_to_string(self.publisher.data().join("lianfang.toml")).unwrap();
        let own = self.publisher.config().database.url;
        let text = match &database {
            Some(database) => text.replace(own.expose(), &database.settings().url),
            None => text,
        };
        std::fs::write(target.path().join("lianfang.toml"), text).unwrap();
        (target, database)
    }

    /// Backs the publisher up while it runs and restores that elsewhere; the copy never starts.
    pub(super) async fn kill_restore(&mut self, step: Step) -> Outcome {
        let place = tempfile::tempdir().unwrap();
        let backup = self.back_up(&place).await;
        let (target, _database) = self.empty_place();
        let config = target.path().join("lianfang.toml");
        let restore = [
            "restore",
            "--config",
            config.to_str().unwrap(),
            backup.to_str().unwrap(),
        ];
        let mut process = Process::start(&restore, Some(step));
        let ended = process.ended().await;
        let done = !target.path().join(".restoring").exists() && target.path().join("keys").exists();
        assert!(done || !ended, "a restore that says it is done");
        if !done {
            run(target.path(), &restore).await;
        }
        let restored = lianfang_node::wiring::open_store(&Config::load(&config).unwrap()).unwrap();
        let original = self.publisher.store();
        assert_eq!(restored.event_head().unwrap(), original.event_head().unwrap());
        assert!(
            restored.meta("restore").unwrap().is_some(),
            "a restored node that isn't recovering"
        );
        assert!(!target.path().join(".restoring").exists());
        assert!(target.path().join("keys/signing.key").exists());
        Outcome {
            killed: process.reached(),
            acknowledged: 0,
        }
    }
}
