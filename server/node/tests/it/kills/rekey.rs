//! A change of the data key, killed at one of its steps: the node goes on by itself.

use lianfang_flow::DataKeyStatus;
use lianfang_sdk::{Client, EntryQuery};

use super::Outcome;
use super::federation::Federation;
use super::process::Step;

impl Federation {
    /// Changes the publisher's data key until it is killed.
    pub(super) async fn kill_rekeying(&mut self, step: Step) -> Outcome {
        self.publisher.process.kill().await;
        let mut acknowledged = 0;
        if self.publisher.serve(Some(step)).await {
            let operator = self.publisher.operator();
            if operator.rotate_data_key().await.is_ok() {
                acknowledged = 1;
                while operator.reseal().await.is_ok_and(|rows| rows > 0) {}
            }
        }
        let killed = self.publisher.process.reached();
        self.publisher.process.kill().await;
        self.publisher.serve_again().await;
        let operator = self.publisher.operator();
        while operator.reseal().await.unwrap() > 0 {}
        let status: DataKeyStatus = operator.data_key().await.unwrap();
        assert_eq!(status.rows, 0, "{status:?}");
        read_everything(&operator).await;
        self.check().await;
        Outcome { killed, acknowledged }
    }
}

/// What is sealed can be opened.
async fn read_everything(operator: &Client) {
    let mut query = EntryQuery::default();
    loop {
        let page = operator.entries(&query).await.unwrap();
        for entry in &page.items {
            assert!(!operator.timeline(entry.id).await.unwrap().is_empty());
        }
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            return;
        }
    }
}
