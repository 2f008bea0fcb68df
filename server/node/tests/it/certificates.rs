//! Revocation list and archive of a federation that `lianfang federation create` has founded, by the commands alone.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use reqwest::Client;
use tempfile::TempDir;

use crate::harness::command::lianfang;
use crate::harness::node::TestNode;
use crate::replaced_keys::replaced;

/// What a command said on both streams, which ended as it had to.
async fn says(data: &Path, words: &[&str], code: i32) -> String {
    let said = lianfang(data, words, "").await;
    assert_eq!(said.code, code, "{words:?}: {}{}", said.out, said.err);
    said.out + &said.err
}

async fn crl(data: &Path, words: &[&str], code: i32) -> String {
    says(data, &[&["federation", "crl"], words].concat(), code).await
}

/// The rows of `crl show`: number, member, state.
async fn rows(data: &Path) -> Vec<[String; 3]> {
    let shown = crl(data, &["show"], 0).await;
    let cells = |line: &str| -> Option<[String; 3]> {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        cells.try_into().ok()
    };
    let rows = shown.lines().filter(|line| !line.starts_with("revocation list"));
    rows.filter_map(cells).collect()
}

async fn serial_of(data: &Path, member: &str) -> String {
    let rows = rows(data).await;
    let [serial, ..] = rows.iter().rfind(|[_, node, _]| node == member).unwrap();
    serial.clone()
}

async fn status(node: &TestNode, client: &Client) -> Option<u16> {
    let answer = client.get(node.federation_url("/info")).send().await.ok()?;
    Some(answer.status().as_u16())
}

/// A node that reads `tls/authority.crl` of a founder's folder, where that list is kept.
async fn reading_its_list() -> TestNode {
    TestNode::start_prepared(
        |text| text.replace("# revocations = ", "revocations = "),
        |data| {
            // The command that a founder runs before the first start; a runtime is under way here.
            let begun = Command::new(env!("CARGO_BIN_EXE_lianfang"))
                .args(["federation", "crl", "renew", "--data"])
                .arg(data)
                .output()
                .unwrap();
            assert!(
                begun.status.success(),
                "{}",
                String::from_utf8_lossy(&begun.stderr)
            );
        },
    )
    .await
}

/// A data folder in which `lianfang` has founded a federation.
async fn founded() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let init = "init --name platform-a --role platform --jurisdiction CN";
    says(&data, &init.split(' ').collect::<Vec<_>>(), 0).await;
    let create = "federation create --name Check --endpoint https://127.0.0.1:7443";
    says(&data, &create.split(' ').collect::<Vec<_>>(), 0).await;
    (folder, data)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_s_certificate_is_put_on_the_list_by_its_number_and_a_node_that_reads_it_refuses_the_member()
{
    let node = reading_its_list().await;
    let (revoked, stays) = (node.admit("platform-b").await, node.admit("platform-c").await);
    let (open, other) = (node.member(&revoked, true), node.member(&stays, true));
    assert_eq!(
        (status(&node, &open).await, status(&node, &other).await),
        (Some(200), Some(200))
    );
    let serial = serial_of(node.data(), "platform-b").await;
    crl(node.data(), &["revoke", "--serial", &serial], 0).await;
    node.doors.upkeep().look().await;
    assert_eq!(status(&node, &open).await, Some(403), "open");
    assert_eq!(status(&node, &node.member(&revoked, true)).await, None, "new");
    for client in [&other, &node.member(&stays, true)] {
        assert_eq!(status(&node, client).await, Some(200), "nobody else");
    }
    let states: Vec<_> = rows(node.data())
        .await
        .into_iter()
        .map(|[_, node, state]| (node, state))
        .collect();
    let admitted = "admitted by the membership document";
    let expected = [
        ("platform-a", admitted),
        ("platform-b", "revoked"),
        ("platform-c", admitted),
    ];
    assert_eq!(
        states,
        expected.map(|(node, state)| (node.to_owned(), state.to_owned()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_certificates_of_a_member_are_revoked_by_its_name_and_one_by_its_file() {
    let node = reading_its_list().await;
    let (b, c) = (node.admit("platform-b").await, node.admit("platform-c").await);
    let newer = replaced(&node, "platform-b", Duration::ZERO).await;
    let keys = rows(node.data())
        .await
        .into_iter()
        .filter(|[_, node, _]| node == "platform-b");
    let states: Vec<_> = keys.map(|[.., state]| state).collect();
    let expected = [
        "not admitted any more, nor on the list",
        "admitted by the membership document",
    ];
    assert_eq!(states, expected);
    let file = node.data().join("c.pem");
    fs::write(&file, &c.certificate).unwrap();
    crl(
        node.data(),
        &[
            "revoke",
            "--member",
            "platform-b",
            "--cert",
            file.to_str().unwrap(),
        ],
        0,
    )
    .await;
    node.doors.upkeep().look().await;
    for papers in [&b, &newer, &c] {
        assert_eq!(status(&node, &node.member(papers, true)).await, None);
    }
    let revoked = rows(node.data())
        .await
        .into_iter()
        .filter(|[.., state]| state == "revoked");
    assert_eq!(revoked.count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_a_new_federation_begins_with_its_first_command_and_its_number_rises() {
    let (folder, data) = founded().await;
    assert!(
        crl(&data, &["show"], 0)
            .await
            .contains("no revocation list here yet")
    );
    let out = folder.path().join("list.pem");
    let out = out.to_str().unwrap();
    let serial = serial_of(&data, "platform-a").await;
    let first = crl(
        &data,
        &["revoke", "--serial", &serial, "--out", out, "--days", "30"],
        0,
    )
    .await;
    assert!(first.contains("list 1 with 1 certificates is in"), "{first}");
    let again = crl(&data, &["revoke", "--member", "platform-a", "--out", out], 0).await;
    assert!(again.contains("list 2 with 1 certificates"), "{again}");
    let third = crl(&data, &["renew", "--out", out], 0).await;
    assert!(third.contains("list 3 with 1 certificates"), "{third}");
    let authority = data.join("tls/authority.pem");
    let refused = crl(&data, &["revoke", "--cert", authority.to_str().unwrap()], 1).await;
    assert!(refused.contains("--member ID"), "{refused}");
    assert_eq!(
        fs::read(out).unwrap(),
        fs::read(data.join("tls/authority.crl")).unwrap()
    );
    assert!(crl(&data, &["show"], 0).await.contains("revocation list 3\t"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_damaged_is_never_started_anew() {
    let (_folder, data) = founded().await;
    crl(&data, &["renew"], 0).await;
    fs::write(data.join("tls/authority.crl"), "nonsense").unwrap();
    crl(&data, &["renew"], 1).await;
    crl(&data, &["show"], 1).await;
    assert_eq!(fs::read(data.join("tls/authority.crl")).unwrap(), b"nonsense");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_revoked_is_refused_with_the_reason_and_leaves_no_list() {
    let (folder, data) = founded().await;
    let foreign = folder.path().join("foreign.pem");
    let (_other_folder, other) = founded().await;
    fs::copy(other.join("tls/node.pem"), &foreign).unwrap();
    for (words, code, why) in [
        (vec!["revoke"], 2, "--member"),
        (vec!["revoke", "--serial", "12"], 2, "32 hexadecimal digits"),
        (
            vec!["revoke", "--serial", &"f".repeat(32)],
            2,
            "32 hexadecimal digits",
        ),
        (vec!["revoke", "--member", "NOBODY!"], 2, "NOBODY!"),
        (
            vec!["revoke", "--member", "nobody"],
            1,
            "no certificate was issued to nobody",
        ),
        (
            vec!["revoke", "--cert", foreign.to_str().unwrap()],
            1,
            "not issued by this authority",
        ),
        (vec!["revoke", "--cert", "missing.pem"], 1, "missing.pem"),
        (vec!["renew", "--days", "0"], 1, "validity"),
        (vec!["renew", "--days", "367"], 1, "validity"),
    ] {
        let said = crl(&data, &words, code).await;
        assert!(said.contains(why), "{words:?}: {said}");
    }
    assert!(!data.join("tls/authority.crl").exists());
    fs::remove_file(data.join("keys/authority.pem")).unwrap();
    let said = crl(&data, &["renew"], 1).await;
    assert!(
        said.contains("doesn't keep the federation's certificate authority"),
        "{said}"
    );
    let unjoined = folder.path().join("alone");
    let init = "init --name platform-b --role platform --jurisdiction CN";
    says(&unjoined, &init.split(' ').collect::<Vec<_>>(), 0).await;
    crl(&unjoined, &["renew"], 1).await;
    let said = crl(&unjoined, &["show"], 1).await;
    assert!(said.contains("isn't in a federation yet"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_holds_the_node_s_own_key_and_certificate_and_the_authority() {
    let (folder, data) = founded().await;
    let (password, archive) = (folder.path().join("password"), folder.path().join("node.p12"));
    fs::write(&password, "correct horse\nnot this line\n").unwrap();
    let pack = [
        "federation",
        "pkcs12",
        "--password-file",
        password.to_str().unwrap(),
        "--out",
        archive.to_str().unwrap(),
    ];
    fs::set_permissions(&password, Permissions::from_mode(0o644)).unwrap();
    let said = says(&data, &pack, 1).await;
    assert!(said.contains("chmod 600"), "{said}");
    fs::set_permissions(&password, Permissions::from_mode(0o600)).unwrap();
    fs::write(&password, "short\n").unwrap();
    let said = says(&data, &pack, 1).await;
    assert!(said.contains("8 to 128 bytes"), "{said}");
    assert!(!archive.exists());
    fs::write(&password, "correct horse\nnot this line\n").unwrap();
    says(&data, &pack, 0).await;
    assert_eq!(
        fs::metadata(&archive).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let said = says(&data, &pack, 1).await;
    assert!(said.contains("never overwritten"), "{said}");
    let opened = Command::new("openssl")
        .args(["pkcs12", "-nodes", "-passin", "pass:correct horse", "-in"])
        .arg(&archive)
        .output()
        .unwrap();
    let opened = String::from_utf8(opened.stdout).unwrap();
    for file in ["tls/node.pem", "tls/authority.pem", "keys/tls.pem"] {
        let text = fs::read_to_string(data.join(file)).unwrap();
        assert!(opened.contains(text.trim()), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_governor_extends_the_membership_document_and_the_command_says_until_when() {
    let node = TestNode::start().await;
    let version = node.node().trust().current().document.version;
    let said = says(node.data(), &["federation", "extend", "--days", "700"], 0).await;
    let document = node.node().trust().current().document.clone();
    assert_eq!(document.version, version + 1);
    assert!(said.contains(&document.expires.to_string()), "{said}");
    let said = says(node.data(), &["federation", "extend"], 1).await;
    assert!(said.contains("nothing is shortened"), "{said}");
}
