//! A copy that was restored from a backup takes the publisher's place and is killed while it learns what it had signed.

use std::path::Path;

use lianfang_flow::SyncReport;
use serde_json::Value;

use super::Outcome;
use super::federation::Federation;
use super::process::{Step, run};

impl Federation {
    /// What was withdrawn after the backup stays withdrawn, and the copy goes on by itself.
    pub(super) async fn kill_recovering(&mut self, step: Step) -> Outcome {
        let place = tempfile::tempdir().unwrap();
        let backup = self.back_up(&place).await;
        let acknowledged = u64::from(self.withdraw().await.unwrap());
        let report: SyncReport = self.reader.operator().sync(None, false).await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        self.publisher.process.kill().await;
        let (folder, database) = self.empty_place();
        let config = folder.path().join("lianfang.toml");
        let restore = [
            "restore",
            "--config",
            config.to_str().unwrap(),
            backup.to_str().unwrap(),
        ];
        run(folder.path(), &restore).await;
        bring_shares(&self.publisher.data(), folder.path());
        self.publisher.move_to(folder, database);
        if self.publisher.serve(Some(step)).await {
            // It may be killed in the midst of this.
            let _ = self.recovered().await;
        }
        let killed = self.publisher.process.reached();
        self.publisher.process.kill().await;
        self.publisher.serve_again().await;
        self.recovered().await.unwrap();
        self.check().await;
        Outcome { killed, acknowledged }
    }

    /// Waits until the copy knows what it had signed, and publishes that again.
    async fn recovered(&self) -> Result<(), lianfang_sdk::Error> {
        let operator = self.publisher.operator();
        operator.sync::<Value>(None, false).await?;
        operator.build_digests::<Value>().await.map(drop)
    }
}

/// A backup has none: whoever is of the committee keeps them elsewhere.
fn bring_shares(from: &Path, to: &Path) {
    let shares = Path::new("keys/shares");
    std::fs::create_dir_all(to.join(shares)).unwrap();
    for share in std::fs::read_dir(from.join(shares)).unwrap() {
        let share = share.unwrap();
        std::fs::copy(share.path(), to.join(shares).join(share.file_name())).unwrap();
    }
}
