//! Whoever wants to join says what it is; a governor says whom it expects, and reads whom it has admitted.

use std::path::Path;

use tempfile::TempDir;

use crate::harness::command::{Said, lianfang};
use crate::harness::node::TestNode;

/// The request of a regulator that was invited as `shop-x`.
async fn request_of_a_regulator(governor: &TestNode, own: &TempDir) -> String {
    let path = |name: &str| own.path().join(name).to_str().unwrap().to_owned();
    let (invitation, request) = (path("invitation.json"), path("request.json"));
    let data = own.path().join("data");
    let steps: [(&Path, Vec<&str>); 3] = [
        (
            governor.data(),
            vec!["federation", "invite", "shop-x", "--out", &invitation],
        ),
        (
            &data,
            vec![
                "init",
                "--name",
                "shop-x",
                "--role",
                "regulator",
                "--jurisdiction",
                "CN",
            ],
        ),
        (
            &data,
            vec![
                "federation",
                "join",
                "--invitation",
                &invitation,
                "--out",
                &request,
            ],
        ),
    ];
    for (data, arguments) in steps {
        let said = lianfang(data, &arguments, "").await;
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    }
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_another_role_country_or_operator_than_expected_admits_nobody() {
    let (governor, own) = (TestNode::start().await, tempfile::tempdir().unwrap());
    let request = request_of_a_regulator(&governor, &own).await;
    let approve = async |expected: &[&str]| -> Said {
        let arguments = [&["federation", "approve", "--request", &request], expected].concat();
        lianfang(governor.data(), &arguments, "").await
    };
    for (option, expected) in [
        ("--role", "platform"),
        ("--jurisdiction", "DE"),
        ("--operator", "Another Ltd"),
    ] {
        let said = approve(&[option, expected]).await;
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{option}");
        let field = option.trim_start_matches('-');
        assert!(
            said.err.contains(field) && said.err.contains(expected),
            "{}",
            said.err
        );
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    }
    let members = lianfang(governor.data(), &["federation", "members"], "").await;
    assert!(!members.out.contains("shop-x"), "{}", members.out);
    let said = approve(&["--role", "regulator", "--jurisdiction", "CN"]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.err
            .contains("shop-x is a member: regulator, CN, operated by shop-x"),
        "{}",
        said.err
    );
}
