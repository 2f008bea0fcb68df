use lianfang_wire::entry::NewEntry;

use crate::harness::command::{command, ended, lianfang};
use crate::harness::entries::{OFFENDER, entry};
use crate::harness::node::TestNode;

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_of_a_screening_is_its_verdict() {
    let node = TestNode::start().await;
    for (value, code) in [
        ("91990001LF00000169", 0),
        ("91990002LF0000024J", 10),
        ("91990003LF0000032U", 20),
        ("nonsense", 1),
    ] {
        let said = lianfang(node.data(), &["screen", "--kind", "cn_uscc", "-"], value).await;
        assert_eq!(said.code, code, "{value}: {}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_taken_from_standard_input_and_never_from_the_arguments() {
    let node = TestNode::start().await;
    let said = lianfang(node.data(), &["screen", "--kind", "cn_uscc", OFFENDER], "").await;
    assert_eq!(said.code, 2);
    let said = lianfang(node.data(), &["screen", "--kind", "cn_uscc", "-"], "").await;
    assert_eq!((said.code, said.out.as_str()), (1, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_sellers_is_screened_line_by_line_and_the_worst_verdict_counts() {
    let node = TestNode::start().await;
    let file = node.data().join("applicants.csv");
    let rows = "client_reference,name,kind,value\n\
        1,,cn_uscc,91990001LF00000169\n2,,LIBRARY_CARD,x\n3,,cn_uscc,91990002LF0000024J\n";
    std::fs::write(&file, rows).unwrap();
    let screen = ["screen", "--file", file.to_str().unwrap()];
    let ignoring = [&screen[..], &["--ignore-kind", "LIBRARY_CARD"]].concat();
    let said = lianfang(node.data(), &ignoring, "").await;
    assert_eq!(said.code, 10, "{}", said.err);
    let said = lianfang(node.data(), &screen, "").await;
    assert_eq!(said.code, 10, "{}", said.err);
    let answers: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seen: Vec<_> = answers
        .iter()
        .map(|answer| answer["client_reference"].as_str().unwrap())
        .collect();
    assert_eq!(seen, ["1", "3"]);
    let rejects = std::fs::read_to_string(node.data().join("applicants.csv.rejects.csv")).unwrap();
    assert!(
        rejects.contains("3,\"`LIBRARY_CARD` isn't a kind\",2,,LIBRARY_CARD,x"),
        "{rejects}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_is_loaded_again_without_harm_and_its_alerts_are_resolved() {
    let node = TestNode::start_on(lianfang_store::testing::Backend::Sqlite).await;
    let operator = node.operator();
    operator
        .record_entry(&crate::harness::entries::typed("case-1"))
        .await
        .unwrap();
    operator.build_digests::<serde_json::Value>().await.unwrap();
    let file = node.data().join("roster.csv");
    let rows = format!(
        "ent,name,id_type,value\nshop-1,,USCC,{OFFENDER}\nshop-2,,LEI,nonsense\n,,LEI,5493001KJTIIGC8Y1R12\n"
    );
    std::fs::write(&file, rows).unwrap();
    let load = [
        "roster",
        "load",
        file.to_str().unwrap(),
        "--map",
        "client_reference=ent",
    ];
    let said = lianfang(node.data(), &load, "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.err.contains("1 added") && said.err.contains("2 lines rejected"),
        "{}",
        said.err
    );
    let rejects = std::fs::read_to_string(node.data().join("roster.csv.rejects.csv")).unwrap();
    assert!(
        rejects.contains("\n3,") && rejects.contains("\n4,\"invalid: /client_reference"),
        "{rejects}"
    );
    let said = lianfang(node.data(), &load, "").await;
    assert!(said.err.contains("0 added, 1 there already"), "{}", said.err);
    let said = lianfang(node.data(), &["roster", "status"], "").await;
    assert!(said.out.contains("1 alerts open"), "{}", said.out);
    let said = lianfang(node.data(), &["alerts", "--json"], "").await;
    let alert: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(alert["client_reference"], "shop-1");
    let resolve = [
        "alerts",
        "resolve",
        alert["id"].as_str().unwrap(),
        "--outcome",
        "acted",
        "--reviewer",
        "staff-7",
        "--reason",
        "shop closed",
    ];
    let said = lianfang(node.data(), &resolve, "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    let said = lianfang(node.data(), &["--lang", "zh", "alerts"], "").await;
    assert_eq!((said.out.as_str(), said.err.trim()), ("", "没有这样的警示"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_says_what_became_of_every_line_and_can_be_repeated() {
    let node = TestNode::start().await;
    let file = node.data().join("sellers.csv");
    let rows = format!(
        "ent,name,id_type,value\n1,某某有限公司,USCC,{OFFENDER}\n2,,LEI,nonsense\n3,,LIBRARY_CARD,x\n"
    );
    std::fs::write(&file, rows).unwrap();
    let import = [
        "entry",
        "import",
        file.to_str().unwrap(),
        "--map",
        "client_reference=ent",
    ];
    let said = lianfang(node.data(), &import, "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.err
            .contains("1 recorded, 0 there already, 1 lines rejected, 1 lines of unknown kinds"),
        "{} {}",
        said.err,
        std::fs::read_to_string(node.data().join("sellers.csv.rejects.csv")).unwrap()
    );
    let rejects = std::fs::read_to_string(node.data().join("sellers.csv.rejects.csv")).unwrap();
    assert!(
        rejects.starts_with("line,reason,ent,name,id_type,value\n3,")
            && rejects.contains("2,,LEI,nonsense\n"),
        "{rejects}"
    );
    let said = lianfang(node.data(), &import, "").await;
    assert!(said.err.contains("0 recorded, 1 there already"), "{}", said.err);
    let strict = lianfang(node.data(), &[&import[..], &["--strict"]].concat(), "").await;
    assert_eq!(strict.code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_imported_from_jsonl_exported_shown_and_withdrawn() {
    let node = TestNode::start().await;
    let file = node.data().join("sellers.jsonl");
    std::fs::write(&file, format!("{}\nnot json\n", entry("1"))).unwrap();
    let said = lianfang(node.data(), &["entry", "import", file.to_str().unwrap()], "").await;
    assert!(
        said.err.contains("1 recorded, 0 there already, 1 lines rejected"),
        "{}",
        said.err
    );
    let exported = lianfang(node.data(), &["entry", "export", "--state", "active"], "").await;
    let exported: serde_json::Value = serde_json::from_str(exported.out.trim()).unwrap();
    let id = exported["id"].as_str().unwrap();
    let said = lianfang(
        node.data(),
        &["entry", "withdraw", id, "--reason", "a mistake"],
        "",
    )
    .await;
    assert_eq!(said.code, 0, "{}", said.err);
    let shown = lianfang(node.data(), &["entry", "show", id], "").await;
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown["entry"]["state"], "withdrawn");
    assert_eq!(shown["timeline"][1]["reason"], "a mistake");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_one_line_in_the_operator_s_language() {
    let empty = tempfile::tempdir().unwrap();
    let said = lianfang(empty.path(), &["peers"], "").await;
    assert_eq!((said.code, said.err.lines().count()), (1, 1));
    assert!(said.err.contains("lianfang serve"), "{}", said.err);
    let said = lianfang(empty.path(), &["--lang", "zh", "peers"], "").await;
    assert!(said.err.contains("没有运行中的节点"), "{}", said.err);
    let node = TestNode::start().await;
    let nil = "00000000-0000-0000-0000-000000000000";
    let said = lianfang(node.data(), &["entry", "show", nil, "--lang=zh"], "").await;
    assert_eq!((said.code, said.err.trim()), (1, "lianfang: 没有该资源"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_command_line_is_said_in_the_operator_s_language_with_the_words_it_takes() {
    let empty = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["screen", "--nope"], "没有参数 --nope"),
        (&["screen", "--fil", "x"], "是否指 --file？"),
        (&["nonsense"], "没有命令 nonsense"),
        (
            &["token", "issue", "--sub", "erp"],
            "缺少必需的参数：--scope <SCOPE>",
        ),
        (&["alerts", "--state"], "--state <STATE> 需要一个值"),
        (&["alerts", "--state", "x"], "可用的值：open, resolved, closed"),
        (&["restore", "b", "--over", "x", "--reason", "r"], "不接受值 x："),
    ];
    for (words, expected) in cases {
        let said = lianfang(empty.path(), &[&["--lang", "zh"], words].concat(), "").await;
        assert_eq!(said.code, 2, "{words:?}: {}", said.err);
        assert!(said.err.contains(expected), "{words:?}: {}", said.err);
        assert!(
            !said.err.contains("error:") && !said.err.contains("Usage:"),
            "{}",
            said.err
        );
    }
    let said = lianfang(empty.path(), &["alerts", "--state", "x"], "").await;
    assert!(
        said.err.contains("possible values: open, resolved, closed"),
        "{}",
        said.err
    );
    let said = lianfang(empty.path(), &["--lang", "zh", "restore", "--help"], "").await;
    assert!(said.out.contains("用法：lianfang restore"), "{}", said.out);
    assert!(said.out.contains("节点的配置文件"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn canonical_forms_are_written_one_line_per_value() {
    let empty = tempfile::tempdir().unwrap();
    let input = format!("cn_uscc,{OFFENDER}\nphone,12\n");
    let said = lianfang(
        empty.path(),
        &["identifier", "canonical", "--region", "CN"],
        &input,
    )
    .await;
    let lines: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((said.code, lines.len()), (0, 2));
    assert_eq!(lines[0]["canonical"][0]["value"], OFFENDER);
    assert!(lines[1]["reject"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_token_opens_the_platform_door() {
    let node = TestNode::start().await;
    let said = lianfang(
        node.data(),
        &["token", "issue", "--scope", "peers:read", "--sub", "erp"],
        "",
    )
    .await;
    let request = node
        .raw()
        .get(node.platform_url("/v1/peers"))
        .bearer_auth(said.out.trim());
    assert_eq!(request.send().await.unwrap().status(), 200);
    let said = lianfang(
        node.data(),
        &["token", "issue", "--scope", "everything", "--sub", "erp"],
        "",
    )
    .await;
    assert_eq!(said.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_no_door_would_take_is_not_issued() {
    let node = TestNode::start().await;
    for (scope, sub, why) in [
        ("peers:read", "", "--sub"),
        ("peers:read", " ", "--sub"),
        ("", "erp", "--scope"),
    ] {
        let issue = ["token", "issue", "--scope", scope, "--sub", sub];
        let said = lianfang(node.data(), &issue, "").await;
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
        assert!(said.err.contains(why), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_do_not_reach_standard_output_fail_the_command() {
    let node = TestNode::start().await;
    node.operator()
        .record_entry(&crate::harness::entries::typed("case-1"))
        .await
        .unwrap();
    let file = node.data().join("applicants.csv");
    std::fs::write(&file, "kind,value\ncn_uscc,91990001LF00000169\n").unwrap();
    let commands: [&[&str]; 6] = [
        &["screen", "--file", file.to_str().unwrap()],
        &["entry", "export"],
        &["token", "issue", "--scope", "peers:read", "--sub", "erp"],
        &["federation", "invite", "platform-z"],
        &["identifier", "kinds"],
        &["screen", "--help"],
    ];
    for words in commands {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = command(node.data(), words);
        let said = ended(command.stdout(full).spawn().unwrap()).await;
        assert_eq!(said.code, 1, "{words:?}: {}", said.err);
        let why = "standard output: No space left on device";
        assert_eq!(said.err.matches(why).count(), 1, "{words:?}: {}", said.err);
        assert!(!said.err.contains("is invited"), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_gone_ends_nothing() {
    let node = TestNode::start().await;
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = command(node.data(), &["identifier", "kinds"]);
    let said = ended(command.stdout(writer).spawn().unwrap()).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_is_made_once_and_its_configuration_is_fine() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let init = [
        "init",
        "--name",
        "platform-z",
        "--role",
        "platform",
        "--jurisdiction",
        "CN",
    ];
    assert_eq!(lianfang(&data, &init, "").await.code, 0);
    let config = data.join("lianfang.toml");
    let check = ["serve", "--check-config", "--config", config.to_str().unwrap()];
    assert_eq!(lianfang(&data, &check, "").await.code, 0);
    let again = lianfang(&data, &init, "").await;
    assert_eq!(
        (again.code, again.err.contains("exists already")),
        (1, true),
        "{}",
        again.err
    );
    let unjoined = lianfang(&data, &["serve", "--config", config.to_str().unwrap()], "").await;
    assert!(unjoined.err.contains("federation create"), "{}", unjoined.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_ranked_on_the_command_line_with_what_that_rests_on() {
    let node = TestNode::start().await;
    let text = entry("case-1").to_string().replace("cn_uscc", "legal_name_cn");
    let new: NewEntry = serde_json::from_str(&text.replace(OFFENDER, "深圳市鑫澜科技有限公司")).unwrap();
    node.operator().record_entry(&new).await.unwrap();
    let rank = ["identifier", "rank", "legal_name_cn", "-"];
    let said = lianfang(node.data(), &rank, "深圳市鑫澜商贸有限公司\n").await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.out.contains("core 100 %") && said.out.contains("same form: yes"),
        "{}",
        said.out
    );
    assert!(!said.out.contains("鑫澜"), "the entry's own name stays sealed");
    let nobody = lianfang(node.data(), &rank, "泉州宏达鞋业有限公司").await;
    assert_eq!((nobody.code, nobody.out.as_str()), (0, ""));
}
