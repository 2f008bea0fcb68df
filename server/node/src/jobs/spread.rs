use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::{Node, Recovery};
use tokio_util::sync::CancellationToken;

/// Commits within this time after a publication go out with the next one.
const COALESCE: Duration = Duration::from_millis(50);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Publishes what is committed as soon as it is, asks the peers once for what this node has missed, and looks once
/// whether the index it started with is sound. Ends when
/// `stop` is cancelled.
pub async fn spread(node: Arc<Node>, stop: CancellationToken) {
    let work = async {
        recover(&node).await;
        tokio::join!(catch_up(&node), check_index(&node), publish(&node));
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

/// A restored node asks its peers until it may sign. One that never may is left to its operator.
async fn recover(node: &Arc<Node>) {
    let mut pause = FIRST_PAUSE;
    loop {
        match node.recover().await {
            Ok(Recovery::Settled) => return,
            Ok(Recovery::Waiting { heard, needed }) => {
                tracing::warn!(
                    heard,
                    needed,
                    "recovering: too few members have said what they have seen"
                );
            }
            Ok(Recovery::Taken) => {
                tracing::error!(
                    "recovering: another restored copy of this node goes on; destroy one of them, and restore with --over if \
                     it was the other"
                );
            }
            Ok(Recovery::Undecided) => {
                tracing::error!(
                    "recovering: there is no other member; restore with --alone and a reason to go on"
                );
            }
            Err(error) => tracing::warn!(error = %error, "recovering failed"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn catch_up(node: &Arc<Node>) {
    if let Err(error) = node.sync(None, false).await {
        tracing::warn!(error = %error, "the sync at the start failed; polling makes up for it");
    }
}

async fn check_index(node: &Arc<Node>) {
    if let Err(error) = node.check_index().await {
        tracing::error!(error = %error, "the screening index couldn't be checked");
    }
}

async fn publish(node: &Arc<Node>) {
    let mut pause = FIRST_PAUSE;
    loop {
        node.entries_have_changed().await;
        while let Err(error) = node.publish_changes().await {
            tracing::warn!(error = %error, retry_seconds = pause.as_secs(), "changes couldn't be published yet");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        pause = FIRST_PAUSE;
        tokio::time::sleep(COALESCE).await;
    }
}
