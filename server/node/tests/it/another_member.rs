//! A node starts as the member that its federation knows, and as nobody else.

use lianfang_node::data::DataFolder;
use tempfile::TempDir;

use crate::harness::command::lianfang;
use crate::harness::node::founded;

/// What `lianfang serve` says of a founded node whose folder was changed.
async fn refusal(change: impl FnOnce(&DataFolder)) -> String {
    let folder = tempfile::tempdir().unwrap();
    founded(&folder, |text| text);
    let data = DataFolder::at(folder.path());
    change(&data);
    let config = data.config();
    let said = lianfang(
        folder.path(),
        &["serve", "--config", config.to_str().unwrap()],
        "",
    )
    .await;
    assert_eq!(said.code, 1, "{}", said.err);
    said.err
}

/// Puts another value into a line of the configuration.
fn set(data: &DataFolder, from: &str, to: &str) {
    let text = std::fs::read_to_string(data.config()).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{text}");
    std::fs::write(data.config(), text.replace(from, to)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_says_something_else_than_the_membership_is_refused_by_name() {
    for (from, to, said) in [
        (
            r#"id = "platform-a""#,
            r#"id = "platform-x""#,
            "node.id is platform-x",
        ),
        (
            r#"role = "platform""#,
            r#"role = "regulator""#,
            "node.role is regulator",
        ),
        (
            r#"jurisdiction = "CN""#,
            r#"jurisdiction = "DE""#,
            "node.jurisdiction is DE",
        ),
    ] {
        let refused = refusal(|data| set(data, from, to)).await;
        assert!(refused.contains(said), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signing_key_of_another_member_is_refused() {
    let other: TempDir = tempfile::tempdir().unwrap();
    founded(&other, |text| text);
    let refused = refusal(|data| {
        let key = |folder: &DataFolder| folder.path().join("keys/signing.key");
        std::fs::copy(key(&DataFolder::at(other.path())), key(data)).unwrap();
    })
    .await;
    assert!(refused.contains("keys/signing.key"), "{refused}");
}
