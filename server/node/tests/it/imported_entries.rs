//! What an import says of the entries that it records, and what they say.

use lianfang_store::testing::Backend;
use lianfang_wire::entry::Identifier;
use serde_json::Value;

use crate::harness::command::lianfang;
use crate::harness::entries::{OFFENDER, entry};
use crate::harness::node::TestNode;
use crate::imports::{many, text, written};

/// The identifiers of everything that is recorded.
async fn recorded(node: &TestNode) -> Vec<Identifier> {
    let said = lianfang(node.data(), &["entry", "export"], "").await;
    let identifiers = said.out.lines().flat_map(|line| {
        let entry: lianfang_wire::entry::Entry = serde_json::from_str(line).unwrap();
        entry.content.subject.identifiers
    });
    identifiers.collect()
}

/// A template that leaves nothing out.
pub(crate) fn case(node: &TestNode) -> String {
    let mut case = entry("none");
    case.as_object_mut()
        .unwrap()
        .retain(|field, _| !["client_reference", "subject"].contains(&field.as_str()));
    text(&written(node.data(), "case.json", case.to_string()))
}

/// The same file says something else then: it isn't one that was taken to its end.
#[tokio::test(flavor = "multi_thread")]
async fn values_count_as_verified_unless_whoever_loads_them_says_that_they_are_not() {
    let node = TestNode::start().await;
    let rows = format!("name,kind,value\nInvented Trading Ltd,cn_uscc,{OFFENDER}\n");
    let file = text(&written(node.data(), "sellers.csv", rows));
    for (arguments, verified) in [
        (&["entry", "import", &file][..], vec![true; 2]),
        (
            &["entry", "import", &file, "--unverified"],
            vec![true, true, false, false],
        ),
    ] {
        let said = lianfang(node.data(), arguments, "").await;
        assert!(said.err.contains("1 recorded, 0 there already"), "{}", said.err);
        let identifiers = recorded(&node).await;
        let said: Vec<_> = identifiers.iter().map(|known| known.verified).collect();
        assert_eq!(said, verified);
    }
    let file = text(&written(node.data(), "shops.csv", many(1, OFFENDER)));
    for (arguments, verified) in [
        (&["roster", "load", &file][..], true),
        (&["roster", "load", &file, "--unverified"], false),
    ] {
        let said = lianfang(node.data(), arguments, "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        let watched = node.operator().monitored("shop-0").await.unwrap();
        assert_eq!(watched.subject.identifiers[0].verified, verified);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_says_how_many_of_its_entries_are_told_to_nobody() {
    let node = TestNode::start().await;
    let file = text(&written(node.data(), "sellers.csv", many(3, OFFENDER)));
    let said = lianfang(node.data(), &["entry", "import", &file, "--json"], "").await;
    assert!(said.err.contains("3 of them stay at this node"), "{}", said.err);
    let summary: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(summary["local"], 3);
    let complete = text(&written(node.data(), "complete.jsonl", entry("1").to_string()));
    let said = lianfang(node.data(), &["entry", "import", &complete, "--json"], "").await;
    assert!(!said.err.contains("stay at this node"), "{}", said.err);
    let summary: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&summary["added"], &summary["local"]), (&1.into(), &0.into()));
}

/// Without a template their dates are the file's.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_lost_its_notes_takes_the_rows_of_a_copied_file_for_those_that_it_has() {
    let node = TestNode::start().await;
    let path = written(node.data(), "sellers.csv", many(3, OFFENDER));
    let file = text(&path);
    let import = async || lianfang(node.data(), &["entry", "import", &file, "--json"], "").await;
    import().await;
    std::fs::remove_dir_all(node.data().join("imports")).unwrap();
    let copy = std::fs::File::options().write(true).open(&path).unwrap();
    let written = copy.metadata().unwrap().modified().unwrap();
    copy.set_modified(written - std::time::Duration::from_secs(86_400))
        .unwrap();
    let said = import().await;
    let summary: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (
            &summary["added"],
            &summary["completed"],
            &summary["rejected"],
            &summary["local"]
        ),
        (&0.into(), &0.into(), &0.into(), &3.into()),
        "{}",
        said.err
    );
}

/// What is known of them is what the file's note says, from when it was taken.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_sends_nothing_does_not_say_that_what_was_completed_meanwhile_stays_here() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        let file = text(&written(node.data(), "sellers.csv", many(3, OFFENDER)));
        let import = ["entry", "import", &file, "--json"];
        lianfang(node.data(), &import, "").await;
        let case = case(&node);
        let completing = lianfang(node.data(), &[&import[..], &["--template", &case]].concat(), "").await;
        assert!(completing.out.contains("\"completed\":3"), "{}", completing.out);
        let said = lianfang(node.data(), &import, "").await;
        assert!(
            !said.err.contains("stay at this node")
                && said
                    .err
                    .contains("3 of them stayed at this node when the file was taken"),
            "{}",
            said.err
        );
        let summary: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(
            (&summary["done_before"], &summary["present"], &summary["local"]),
            (&true.into(), &3.into(), &Value::Null)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_completes_what_was_imported_without_evidence() {
    let node = TestNode::start().await;
    // Two of which have no reference.
    let rows = many(1, OFFENDER) + &format!(",,cn_uscc,{OFFENDER}\n").repeat(2);
    let file = text(&written(node.data(), "sellers.csv", rows));
    let said = lianfang(node.data(), &["entry", "import", &file], "").await;
    assert!(said.err.contains("3 of them stay at this node"), "{}", said.err);
    let case = case(&node);
    let arguments = ["entry", "import", &file, "--template", &case, "--json"];
    for (completed, local) in [(3, Value::from(0)), (0, Value::Null)] {
        let said = lianfang(node.data(), &arguments, "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(
            said.err
                .contains("3 that were here already, and incomplete, say now what the file says"),
            completed == 3,
            "{}",
            said.err
        );
        let summary: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(
            (&summary["added"], &summary["completed"], &summary["local"]),
            (&0.into(), &completed.into(), &local)
        );
    }
    let said = lianfang(node.data(), &["entry", "export"], "").await;
    let entries = said
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let living: Vec<_> = entries.filter(|entry| entry["state"] == "active").collect();
    assert_eq!(living.len(), 3);
    assert!(
        living.iter().all(|entry| entry["local_reason"].is_null()),
        "{living:?}"
    );
}
