//! Names and brands: candidates with an explanation, review only beside a second signal, never a block.

use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::screening::{ReasonCode, Screening};
use lianfang_wire::vocabulary::{Role, VerdictName};

use crate::harness::{BACKENDS, Federation, company, entry, identifier, operator, screening};

const OLD: &str = "91110108661572276L";
const NEW: &str = "91130105MA0FRNGTXX";
const NAME: &str = "深圳市鑫澜科技有限公司";

pub(crate) fn company_with(code: &str, more: Vec<Identifier>) -> Subject {
    let mut subject = company(code);
    subject.identifiers.extend(more);
    subject
}

/// What B answers about `asked` after A, trusted by B, has listed `old`, both at B and at A itself.
async fn answers(old: Vec<Identifier>, asked: Vec<Identifier>) -> [Screening; 2] {
    let (_federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    let recorded = entry(company_with(OLD, old), a.now());
    a.record_entry(&operator(), recorded).await.unwrap();
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    let asked = || screening(company_with(NEW, asked.clone()));
    [
        b.screen(&operator(), asked()).await.unwrap(),
        a.screen(&operator(), asked()).await.unwrap(),
    ]
}

fn verdicts(answers: &[Screening; 2]) -> [VerdictName; 2] {
    [answers[0].verdict, answers[1].verdict]
}

#[tokio::test]
async fn a_company_name_told_in_two_languages_is_one_signal() {
    let names = || {
        vec![
            identifier("legal_name_cn", NAME),
            identifier("legal_name_en", "Shenzhen Xinlan Technology Co., Ltd."),
        ]
    };
    let answers = answers(names(), names()).await;
    assert_eq!(verdicts(&answers), [VerdictName::Clear; 2]);
    assert!(
        answers
            .iter()
            .flat_map(|answer| &answer.reasons)
            .all(|reason| reason.code == ReasonCode::CandidateMatch)
    );
}

#[tokio::test]
async fn a_name_and_a_brand_of_one_entry_are_review_and_never_a_block() {
    let both = || {
        vec![
            identifier("legal_name_cn", NAME),
            identifier("brand", "Kvarnbolt"),
        ]
    };
    assert_eq!(verdicts(&answers(both(), both()).await), [VerdictName::Review; 2]);
}

#[tokio::test]
async fn a_name_of_one_entry_and_a_brand_of_another_are_no_second_signal() {
    let (_federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    for (code, known) in [
        (OLD, identifier("legal_name_cn", NAME)),
        ("91350100M000100Y43", identifier("brand", "Kvarnbolt")),
    ] {
        a.record_entry(&operator(), entry(company_with(code, vec![known]), a.now()))
            .await
            .unwrap();
    }
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    let both = vec![
        identifier("legal_name_cn", NAME),
        identifier("brand", "Kvarnbolt"),
    ];
    let answer = b
        .screen(&operator(), screening(company_with(NEW, both)))
        .await
        .unwrap();
    assert_eq!(answer.verdict, VerdictName::Clear);
    assert_eq!(answer.reasons.len(), 2, "both are shown as candidates");
}

#[tokio::test]
async fn a_similar_name_is_shown_with_its_score_and_decides_nothing() {
    let [_, own] = answers(
        vec![identifier("legal_name_cn", NAME)],
        vec![identifier("legal_name_cn", "深圳市鑫澜电子商务有限公司")],
    )
    .await;
    assert_eq!(own.verdict, VerdictName::Clear);
    let similar = own
        .reasons
        .iter()
        .find(|reason| reason.code == ReasonCode::SimilarName)
        .unwrap();
    let link = similar.link.as_ref().unwrap();
    assert!(link.score.unwrap() >= 75);
    assert!(link.explanation.as_ref().unwrap().starts_with("core 100 %"));
}

#[tokio::test]
async fn a_similar_name_beside_an_old_phone_is_listed_with_the_review() {
    let phone = || Identifier {
        role: Role::Contact,
        ..identifier("phone_cn", "18615020612")
    };
    let [_, own] = answers(
        vec![identifier("legal_name_cn", NAME), phone()],
        vec![identifier("legal_name_cn", "广州鑫澜科技有限公司"), phone()],
    )
    .await;
    assert_eq!(own.verdict, VerdictName::Review);
    assert!(
        own.reasons
            .iter()
            .any(|reason| reason.code == ReasonCode::SimilarName)
    );
}

#[tokio::test]
async fn names_are_ranked_by_how_much_they_resemble_the_one_asked_about() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let node = federation.join("platform-a", "CN", &[]).await;
        let mut ids = Vec::new();
        for (code, name) in [
            (OLD, "深圳市宏达科技有限公司"),
            (NEW, "广州鑫澜服饰有限公司"),
            ("91350100M000100Y43", NAME),
        ] {
            let new = entry(
                company_with(code, vec![identifier("legal_name_cn", name)]),
                node.now(),
            );
            ids.push(node.record_entry(&operator(), new).await.unwrap().entry.id);
        }
        let ranked = node
            .rank_names(
                "legal_name_cn".parse().unwrap(),
                "深圳市鑫瀾科技股份有限公司",
                None,
            )
            .await
            .unwrap();
        let found: Vec<_> = ranked.iter().map(|name| name.entry).collect();
        assert_eq!(
            found,
            [ids[2], ids[1]],
            "the neighbour with another name isn't listed"
        );
        assert_eq!((ranked[0].core, ranked[0].same_form), (100, false));
        assert!(ranked[0].score > ranked[1].score);
        let refused = node
            .rank_names("phone_cn".parse().unwrap(), "18615020612", None)
            .await;
        assert!(refused.is_err(), "other kinds match exactly");
    }
}
