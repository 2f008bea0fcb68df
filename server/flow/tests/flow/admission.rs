//! What a request to join may say.

use std::sync::Arc;

use lianfang_certs::NodeKey;
use lianfang_flow::Node;
use lianfang_wire::ProblemType;
use lianfang_wire::join::JoinRequest;
use lianfang_wire::vocabulary::MemberRole;

use crate::harness::{BACKENDS, Federation, id, operator, signing_key};

type Change = fn(&mut JoinRequest);

/// The answer to a fresh invitation.
pub(crate) async fn applicant(governor: &Arc<Node>, name: &str) -> JoinRequest {
    let invitation = governor.invite(&operator(), id(name)).await.unwrap();
    let hosts = vec!["127.0.0.1".to_owned()];
    JoinRequest {
        federation: invitation.federation,
        node: id(name),
        code: invitation.code,
        csr: NodeKey::generate().unwrap().request(&id(name), &hosts).unwrap(),
        signing_key: signing_key(99).public(),
        name: name.to_owned(),
        operator: name.to_owned(),
        role: MemberRole::Platform,
        jurisdiction: "CN".to_owned(),
        endpoint: "https://127.0.0.1:1".to_owned(),
        hosts,
    }
}

#[tokio::test]
async fn a_request_that_cant_be_right_admits_nobody_and_the_one_made_anew_does() {
    for backend in BACKENDS {
        let federation = Federation::found(backend).await;
        let governor = federation.node("regulator");
        let right = applicant(&governor, "platform-c").await;
        let wrong: [(&str, Change); 8] = [
            ("jurisdiction", |request| request.jurisdiction = "cn".to_owned()),
            ("jurisdiction", |request| request.jurisdiction = "CHN".to_owned()),
            ("endpoint", |request| {
                request.endpoint = "https://another.example:7443".to_owned();
            }),
            ("operator", |request| request.operator = " ".to_owned()),
            ("operator", |request| request.operator = "A\u{7}".to_owned()),
            ("operator", |request| request.operator = "A\n".to_owned()),
            ("jurisdiction", |request| request.jurisdiction = "C1".to_owned()),
            ("name", |request| request.name = "n".repeat(201)),
        ];
        for (field, change) in wrong {
            let mut request = right.clone();
            change(&mut request);
            let refused = governor.approve(&operator(), request).await.err().unwrap();
            let problem = refused.problem();
            assert_eq!(problem.kind(), Some(ProblemType::Invalid), "{field}");
            let detail = problem.detail.unwrap_or_default();
            assert!(detail.contains(&format!("`{field}`")), "{detail}");
        }
        let document = governor.trust().current();
        assert!(
            document
                .document
                .members
                .iter()
                .all(|member| member.id != id("platform-c"))
        );
        governor.approve(&operator(), right).await.unwrap();
    }
}

#[tokio::test]
async fn who_cant_admit_invites_nobody() {
    for backend in BACKENDS {
        let (_federation, a, _) = Federation::of_two(backend).await;
        let refused = a.invite(&operator(), id("platform-c")).await.err().unwrap();
        assert_eq!(
            refused.problem().kind(),
            Some(ProblemType::Conflict),
            "{backend:?}"
        );
    }
}
