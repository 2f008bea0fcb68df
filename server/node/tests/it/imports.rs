//! Files as platforms have them, loaded by the command: every bad row is kept with line and reason, whoever is
//! interrupted goes on where the node's acknowledgement stopped, and nothing is recorded twice.

use std::path::{Path, PathBuf};

use lianfang_store::testing::Backend;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use crate::harness::command::{ended, lianfang, start};
use crate::harness::entries::{OFFENDER, entry};
use crate::harness::node::TestNode;

pub(crate) const CLEAR: &str = "91990001LF00000169";

pub(crate) fn written(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// References of everything that is recorded, in order.
async fn recorded(node: &TestNode) -> Vec<String> {
    let said = lianfang(node.data(), &["entry", "export"], "").await;
    let reference = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        entry["content"]["client_reference"].as_str().unwrap().to_owned()
    };
    said.out.lines().map(reference).collect()
}

/// Line and reason of each row in a file of rejects.
fn rejected(path: &Path) -> Vec<(u64, String)> {
    let bytes = std::fs::read(path).unwrap();
    let lines = bytes
        .split(|byte| *byte == b'\n')
        .skip(1)
        .filter(|line| !line.is_empty());
    let told = lines.map(|line| {
        let line = String::from_utf8_lossy(line);
        let mut parts = line.splitn(2, ",\"");
        let number = parts.next().unwrap().parse().unwrap();
        (
            number,
            parts.next().unwrap().split("\",").next().unwrap().to_owned(),
        )
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_row_is_kept_with_line_and_reason_and_can_be_mended_and_loaded() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        let rows: [&[u8]; 9] = [
            b"client_reference,name,kind,value,,\n",
            b"1,,cn_uscc,91350100M000100Y43,,\n",
            b"2,,cn_uscc,91350100M000100Y44,,\n",
            b"3,,LIBRARY_CARD,77,,\n",
            b"4,\"Acme \"Best\" Ltd\",cn_uscc,91350100M000100Y43,,\n",
            b"5,caf\xe9,cn_uscc,91350100M000100Y43,,\n",
            b"6,,cn_uscc,91350100M000100Y43\0,,\n",
            b"7,\"open,cn_uscc,91350100M000100Y43,,\n",
            b"\n8,,cn_uscc,91350100M000100Y43,,\n",
        ];
        let file = text(&written(node.data(), "sellers.csv", rows.concat()));
        let said = lianfang(node.data(), &["entry", "import", &file], "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(recorded(&node).await, ["1", "8"]);
        let path = PathBuf::from(format!("{file}.rejects.csv"));
        let told = rejected(&path);
        let parts = [
            "check_digit",
            "LIBRARY_CARD",
            "closing quote",
            "UTF-8",
            "NUL",
            "quote",
        ];
        assert_eq!(
            told.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [3, 4, 5, 6, 7, 8]
        );
        for ((line, reason), part) in told.iter().zip(parts) {
            assert!(reason.contains(part), "{line}: {reason}");
        }
        let again = lianfang(node.data(), &["entry", "import", &file, "--json"], "").await;
        assert!(again.err.contains("0 recorded, 2 there already"), "{}", again.err);
        let summary: Value = serde_json::from_str(&again.out).unwrap();
        assert_eq!(
            (&summary["done_before"], &summary["rejected"]),
            (&true.into(), &5.into())
        );
        let mut mended = std::fs::read(&path).unwrap();
        let wrong = mended.windows(6).position(|bytes| bytes == b"100Y44").unwrap();
        mended[wrong + 5] = b'3';
        let file = text(&written(node.data(), "mended.csv", mended));
        let said = lianfang(node.data(), &["entry", "import", &file], "").await;
        assert!(
            said.err.contains("1 recorded, 0 there already, 4 lines rejected"),
            "{}",
            said.err
        );
        assert_eq!(recorded(&node).await, ["1", "8", "2"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_json_that_are_not_taken_are_kept_mended_and_loaded_too() {
    let node = TestNode::start().await;
    let short = entry("2").to_string().replace("100Y43", "100Y4");
    let broken = entry("3").to_string().replace("\"seller\"", "\"sailor\"");
    let lines = format!("{}\n{short}\nnot json\n{broken}\n", entry("1"));
    let file = text(&written(node.data(), "sellers.jsonl", lines));
    let said = lianfang(node.data(), &["entry", "import", &file], "").await;
    assert!(said.err.contains("rejected"), "{}", said.err);
    let path = format!("{file}.rejects.jsonl");
    let rejects = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = rejects
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line["line"] == 3 && line["row"] == "not json"),
        "{rejects}"
    );
    let short = lines.iter().find(|line| line["line"] == 2).unwrap();
    let reason = short["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("invalid: /subject/identifiers/0 length"),
        "{reason}"
    );
    let broken = lines.iter().find(|line| line["line"] == 4).unwrap();
    let reason = broken["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("invalid: /subject/type isn't a word of its vocabulary (use one of `seller`"),
        "{reason}"
    );
    let mended = written(
        node.data(),
        "mended.jsonl",
        rejects.replace("\"sailor\"", "\"seller\""),
    );
    lianfang(node.data(), &["entry", "import", &text(&mended)], "").await;
    assert!(recorded(&node).await.contains(&"3".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn spreadsheets_in_any_of_their_encodings_say_the_same() {
    let node = TestNode::start().await;
    let table = |reference: &str| {
        format!(
            "client_reference;name;kind;value;;\r\n{reference};某某有限公司;cn_uscc;{OFFENDER};;\r\n;;;;;\r\n"
        )
    };
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(bytes)
            .collect()
    };
    let gbk = encoding_rs::GBK.encode(&table("gbk")).0.into_owned();
    let files = [
        ("marked", format!("\u{feff}{}", table("marked")).into_bytes()),
        ("gbk", gbk),
        ("utf16le", utf16(&table("utf16le"), u16::to_le_bytes)),
        ("utf16be", utf16(&table("utf16be"), u16::to_be_bytes)),
        ("tabs", table("tabs").replace(';', "\t").into_bytes()),
    ];
    for (name, bytes) in &files {
        let file = text(&written(node.data(), &format!("{name}.csv"), bytes));
        let said = lianfang(node.data(), &["entry", "import", &file], "").await;
        assert!(
            said.err.contains("1 recorded, 0 there already, 0 lines rejected"),
            "{name}: {}",
            said.err
        );
        assert_eq!(said.err.contains("GB18030"), *name == "gbk", "{}", said.err);
    }
    let said = lianfang(node.data(), &["entry", "export"], "").await;
    assert_eq!(said.out.matches("某某有限公司").count(), files.len());
}

/// Rows enough for several requests.
pub(crate) fn many(rows: usize, value: &str) -> String {
    let row = |number| format!("shop-{number},,cn_uscc,{value}\n");
    format!(
        "client_reference,name,kind,value\n{}",
        (0..rows).map(row).collect::<String>()
    )
}

/// Runs a command until it says that it has got on, and kills it.
pub(crate) async fn killed_on_the_way(node: &TestNode, arguments: &[&str]) {
    let mut child = start(node.data(), arguments);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = said.next_line().await.unwrap().unwrap();
    assert!(line.contains(" %, up to line "), "{line}");
    child.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_killed_goes_on_where_the_node_s_acknowledgement_stopped() {
    const ROWS: usize = 6_000;
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        let file = text(&written(node.data(), "sellers.csv", many(ROWS, OFFENDER)));
        let import = ["entry", "import", &file, "--json"];
        killed_on_the_way(&node, &import).await;
        let said = lianfang(node.data(), &import, "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.err.contains("going on after line"), "{}", said.err);
        let summary: Value = serde_json::from_str(&said.out).unwrap();
        assert!(
            summary["resumed_after_line"].as_u64().unwrap() > 1_000,
            "{summary}"
        );
        // What the node had taken when the command died, before it could note that, was there already.
        let (added, present) = (
            summary["added"].as_u64().unwrap(),
            summary["present"].as_u64().unwrap(),
        );
        assert_eq!(added + present, ROWS as u64);
        let recorded = recorded(&node).await;
        assert!(
            recorded
                .into_iter()
                .eq((0..ROWS).map(|number| format!("shop-{number}")))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_reference_are_recorded_once_too_and_a_changed_file_is_a_new_one() {
    let node = TestNode::start().await;
    let rows = format!("kind,value\ncn_uscc,{OFFENDER}\nlei,5493001KJTIIGC8Y1R12\n");
    let file = text(&written(node.data(), "sellers.csv", &rows));
    let import = ["entry", "import", &file];
    lianfang(node.data(), &import, "").await;
    let first = recorded(&node).await;
    let again = lianfang(node.data(), &[&import[..], &["--again"]].concat(), "").await;
    assert!(again.err.contains("0 recorded, 2 there already"), "{}", again.err);
    assert_eq!(recorded(&node).await, first);
    // As after a restore: backups hold no notes of how far files were taken.
    std::fs::remove_dir_all(node.data().join("imports")).unwrap();
    let restored = lianfang(node.data(), &import, "").await;
    assert!(
        restored.err.contains("0 recorded, 2 there already"),
        "{}",
        restored.err
    );
    assert_eq!(recorded(&node).await, first);
    written(node.data(), "sellers.csv", format!("{rows}email,x@acme.de\n"));
    let said = lianfang(node.data(), &import, "").await;
    assert!(said.err.contains("3 recorded"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_summaries_of_a_file_that_was_recorded_before_say_the_same_and_name_no_file_that_is_not_there() {
    let node = TestNode::start().await;
    let rows = format!("{}shop,,lei,nonsense\n", many(3, OFFENDER));
    let file = text(&written(node.data(), "sellers.csv", &rows));
    lianfang(node.data(), &["entry", "import", &file], "").await;
    let elsewhere = text(&node.data().join("elsewhere.csv"));
    let again = ["entry", "import", &file, "--json", "--rejects", &elsewhere];
    let said = lianfang(node.data(), &again, "").await;
    let summary: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&summary["added"], &summary["present"]), (&0.into(), &3.into()));
    assert!(
        said.err.contains("0 recorded, 3 there already, 1 lines rejected"),
        "{}",
        said.err
    );
    let first = format!("{file}.rejects.csv");
    assert_eq!(summary["rejects"], first.as_str());
    assert!(
        said.err.contains(&first) && !said.err.contains("elsewhere"),
        "{}",
        said.err
    );
    std::fs::remove_file(&first).unwrap();
    let said = lianfang(node.data(), &again, "").await;
    assert!(!said.err.contains("mended"), "{}", said.err);
    assert_eq!(
        serde_json::from_str::<Value>(&said.out).unwrap()["rejects"],
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_of_an_interrupted_import_are_all_in_the_file_that_is_named_last() {
    let node = TestNode::start().await;
    let rows = format!("client_reference,kind,value\n1,lei,nonsense\n2,lei,nonsense\n3,cn_uscc,{OFFENDER}\n");
    let file = text(&written(node.data(), "sellers.csv", &rows));
    lianfang(node.data(), &["entry", "import", &file], "").await;
    interrupted_behind(&node, 3);
    let other = written(node.data(), "other.csv", "x".repeat(4096));
    let said = lianfang(
        node.data(),
        &["entry", "import", &file, "--rejects", &text(&other)],
        "",
    )
    .await;
    assert!(said.err.contains("starting over"), "{}", said.err);
    let lines: Vec<_> = rejected(&other).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [2, 3]);
}

/// Makes the note of the only file that was taken what it was when this line was done.
pub(crate) fn interrupted_behind(node: &TestNode, line: u64) {
    let notes = std::fs::read_dir(node.data().join("imports")).unwrap();
    let mut notes = notes.map(|note| note.unwrap().path());
    let path = notes.find(|path| path.is_file()).unwrap();
    let mut note: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    note["line"] = line.into();
    note["finished"] = false.into();
    std::fs::write(path, note.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_never_overwritten_with_its_own_rejects_or_answers() {
    let node = TestNode::start().await;
    let rows = many(1, CLEAR);
    let file = text(&written(node.data(), "sellers.csv", &rows));
    let itself = text(
        &node
            .data()
            .join("..")
            .join(node.data().file_name().unwrap())
            .join("sellers.csv"),
    );
    for arguments in [
        ["entry", "import", &file, "--rejects", &itself],
        ["screen", "--file", &file, "--output", &itself],
    ] {
        let said = lianfang(node.data(), &arguments, "").await;
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(said.err.contains("would overwrite"), "{}", said.err);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), rows);
    }
    let one = text(&node.data().join("one.jsonl"));
    let both = ["screen", "--file", &file, "--output", &one, "--rejects", &one];
    let said = lianfang(node.data(), &both, "").await;
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("can't both go to"), "{}", said.err);
    assert!(!Path::new(&one).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_process_loads_is_refused() {
    let node = TestNode::start().await;
    let file = written(node.data(), "sellers.csv", many(1, OFFENDER));
    let held = std::fs::File::open(&file).unwrap();
    held.lock().unwrap();
    let said = lianfang(node.data(), &["entry", "import", &text(&file)], "").await;
    assert_eq!(said.code, 1);
    assert!(said.err.contains("another process"), "{}", said.err);
}

/// `scripts/endless-line` runs this with 2 GiB.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_end_from_a_pipe_costs_little_memory_and_no_other_line() {
    const MOST: u64 = 128 * 1024;
    let mebibytes = std::env::var("LIANFANG_PIPE_MIB").map_or(256, |text| text.parse().unwrap());
    let node = TestNode::start().await;
    let header = "client_reference,kind,value\n".to_owned();
    let csv = |reference| format!("{reference},cn_uscc,{OFFENDER}\n");
    let json = |reference: &str| format!("{}\n", entry(reference));
    for (format, before, after) in [
        ("csv", header + &csv("csv-1") + "csv-2,lei,\"", csv("csv-3")),
        (
            "jsonl",
            json("jsonl-1") + "{\"client_reference\":\"",
            json("jsonl-3"),
        ),
    ] {
        let rejects = text(&node.data().join(format));
        let import = ["entry", "import", "-", "--format", format, "--rejects", &rejects];
        let mut child = start(node.data(), &import);
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(before.as_bytes()).await.unwrap();
        let piece = vec![b'x'; 1024 * 1024];
        for _ in 0..mebibytes {
            pipe.write_all(&piece).await.unwrap();
        }
        pipe.write_all(b"\n").await.unwrap();
        let peak = peak_kibibytes(child.id().unwrap());
        assert!(peak > 0 && peak <= MOST, "{format}: {peak} KiB");
        pipe.write_all(after.as_bytes()).await.unwrap();
        drop(pipe);
        let said = ended(child).await;
        assert!(
            said.err.contains("2 recorded, 0 there already, 1 lines rejected"),
            "{}",
            said.err
        );
        assert!(std::fs::read_to_string(rejects).unwrap().contains("longer than"));
    }
    assert_eq!(recorded(&node).await, ["csv-1", "csv-3", "jsonl-1", "jsonl-3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_waits_for_a_node_that_is_busy_and_goes_on_by_itself() {
    let node = TestNode::start_on(Backend::Postgres).await;
    let file = written(
        node.data(),
        "offenders.csv",
        format!("client_reference,name,kind,value\ncase-1,,cn_uscc,{CLEAR}\ncase-2,,cn_uscc,{OFFENDER}\n"),
    );
    node.database().make_read_only();
    let mut child = start(node.data(), &["entry", "import", &text(&file)]);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    loop {
        let line = said.next_line().await.unwrap().expect("the import ended");
        if line == "the node is busy: 2 are sent again in 2 s" {
            break;
        }
    }
    node.database().make_writable();
    assert_eq!(ended(child).await.code, 0);
    assert_eq!(recorded(&node).await, ["case-1", "case-2"]);
}

/// The most memory that a process has held.
fn peak_kibibytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}
