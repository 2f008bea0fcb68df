//! Files of sellers, screened by the command: what it answers is about now and about everything that the file says.

use lianfang_store::testing::Backend;
use serde_json::Value;

use crate::harness::command::{command, ended, lianfang};
use crate::harness::entries::{OFFENDER, typed};
use crate::harness::node::TestNode;
use crate::imports::{CLEAR, interrupted_behind, killed_on_the_way, many, text, written};

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_a_screening_that_was_killed_are_each_written_once() {
    const ROWS: usize = 2_500;
    let node = TestNode::start().await;
    let file = text(&written(node.data(), "applicants.csv", many(ROWS, CLEAR)));
    let answers = node.data().join("answers.jsonl");
    let output = text(&answers);
    let screen = ["screen", "--file", &file, "--output", &output, "--json"];
    killed_on_the_way(&node, &screen).await;
    let said = lianfang(node.data(), &screen, "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    let text = std::fs::read_to_string(&answers).unwrap();
    let lines = text.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap()["line"]
            .as_u64()
            .unwrap()
    });
    assert!(lines.eq(2..ROWS as u64 + 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_screened_to_its_end_is_screened_anew_by_the_same_command() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        let file = text(&written(node.data(), "applicants.csv", many(3, OFFENDER)));
        let answers = node.data().join("answers.jsonl");
        let screen = ["screen", "--file", &file, "--output", &text(&answers)];
        let said = lianfang(node.data(), &screen, "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        node.operator().record_entry(&typed("case-1")).await.unwrap();
        node.operator().build_digests::<Value>().await.unwrap();
        let said = lianfang(node.data(), &screen, "").await;
        assert_eq!(said.code, 10, "{}", said.err);
        assert!(said.err.contains("3 answers"), "{}", said.err);
        std::fs::remove_file(&answers).unwrap();
        let said = lianfang(node.data(), &screen, "").await;
        assert_eq!(said.code, 10, "{}", said.err);
        assert_eq!(std::fs::read_to_string(&answers).unwrap().lines().count(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_go_to_the_folder_in_which_the_command_runs() {
    let node = TestNode::start().await;
    let rows = many(1, CLEAR);
    for folder in ["one", "two"] {
        let folder = node.data().join(folder);
        std::fs::create_dir(&folder).unwrap();
        written(&folder, "applicants.csv", &rows);
        let mut command = command(
            node.data(),
            &["screen", "--file", "applicants.csv", "--output", "answers"],
        );
        let said = ended(command.current_dir(&folder).spawn().unwrap()).await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(
            std::fs::read_to_string(folder.join("answers"))
                .unwrap()
                .lines()
                .count(),
            1
        );
    }
    let kept = std::fs::read_dir(node.data().join("imports")).unwrap();
    let notes = kept.filter(|kept| kept.as_ref().unwrap().path().is_file());
    assert_eq!(notes.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_seller_has_too_many_of_make_no_second_one_after_an_interruption() {
    let node = TestNode::start().await;
    let row = |number: usize| format!("shop,email,box{number}@acme.de\n");
    let rows: String = (0..300).map(row).collect();
    let file = text(&written(
        node.data(),
        "sellers.csv",
        format!("client_reference,kind,value\n{rows}"),
    ));
    let answers = node.data().join("answers.jsonl");
    let screen = ["screen", "--file", &file, "--output", &text(&answers)];
    lianfang(node.data(), &screen, "").await;
    let first = std::fs::read(&answers).unwrap();
    assert_eq!(first.iter().filter(|byte| **byte == b'\n').count(), 1);
    interrupted_behind(&node, 280);
    let said = lianfang(node.data(), &screen, "").await;
    assert!(said.err.contains("going on after line 280"), "{}", said.err);
    assert_eq!(std::fs::read(&answers).unwrap(), first);
}

/// The answers on standard output.
fn answers(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screening_that_left_out_an_identifier_is_no_complete_clear() {
    let node = TestNode::start().await;
    let rows =
        format!("client_reference,kind,value\n1,cn_uscc,{CLEAR}\n1,cn_ussc,{OFFENDER}\n2,cn_uscc,{CLEAR}\n");
    let file = text(&written(node.data(), "applicants.csv", rows));
    let said = lianfang(node.data(), &["screen", "--file", &file], "").await;
    assert_eq!(said.code, 11, "{}", said.err);
    assert!(said.err.contains("--ignore-kind"), "{}", said.err);
    let complete: Vec<_> = answers(&said.out)
        .iter()
        .map(|answer| answer["result"]["complete"].as_bool().unwrap())
        .collect();
    assert_eq!(complete, [false, true], "{}", said.out);
    let only = text(&written(
        node.data(),
        "only.csv",
        format!("kind,value\ncn_ussc,{OFFENDER}\n"),
    ));
    let said = lianfang(node.data(), &["screen", "--file", &only], "").await;
    assert_eq!((said.code, said.out.as_str()), (11, ""), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_that_are_ignored_on_purpose_fail_nothing_and_are_counted() {
    let node = TestNode::start().await;
    let rows =
        format!("client_reference,kind,value\n1,cn_uscc,{CLEAR}\n1,LIBRARY_CARD,7\n2,library_card,8\n");
    let file = text(&written(node.data(), "applicants.csv", rows));
    let output = text(&node.data().join("answers.jsonl"));
    let ignoring = ["--json", "--ignore-kind", "Library_Card"];
    let screen = ["screen", "--file", &file, "--output", &output];
    let said = lianfang(node.data(), &[&screen[..], &ignoring].concat(), "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    let summary: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&summary["ignored"], &summary["skipped"]), (&2.into(), &0.into()));
    assert_eq!(summary["rejects"], Value::Null);
    let known = lianfang(
        node.data(),
        &[&screen[..], &["--ignore-kind", "USCC"]].concat(),
        "",
    )
    .await;
    assert_eq!(known.code, 1);
    assert!(
        known.err.contains("`USCC` is a kind that is known"),
        "{}",
        known.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_import_fails_for_an_unknown_kind_and_records_nothing_twice_when_it_is_ignored_then() {
    let node = TestNode::start().await;
    let rows = format!("kind,value\ncn_uscc,{OFFENDER}\nLIBRARY_CARD,7\n");
    let file = text(&written(node.data(), "sellers.csv", rows));
    for load in [["entry", "import"], ["roster", "load"]] {
        let strict = [&load[..], &[&file, "--strict"]].concat();
        assert_eq!(lianfang(node.data(), &strict, "").await.code, 1, "{load:?}");
    }
    let ignoring = [
        "entry",
        "import",
        &file,
        "--strict",
        "--ignore-kind",
        "LIBRARY_CARD",
    ];
    let said = lianfang(node.data(), &ignoring, "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("0 recorded, 1 there already"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_mapped_and_not_there_is_refused_with_what_the_header_has() {
    let node = TestNode::start().await;
    let rows = format!("ent_no,kind,value\n1,cn_uscc,{CLEAR}\n");
    let file = text(&written(node.data(), "applicants.csv", rows));
    let screen = ["screen", "--file", &file, "--map", "client_reference=ent_nmu"];
    let said = lianfang(node.data(), &screen, "").await;
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(
        said.err
            .contains("`ent_nmu`; the header has: ent_no, kind, value"),
        "{}",
        said.err
    );
    let zh = lianfang(node.data(), &[&screen[..], &["--lang", "zh"]].concat(), "").await;
    assert!(zh.err.contains("没有列 `ent_nmu`"), "{}", zh.err);
}
