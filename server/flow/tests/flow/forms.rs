//! An identifier with several forms of one kind and level: a number that two standards read, a right in several classes.

use lianfang_flow::FlowError;
use lianfang_identifier::{InputKind, canonicalise};
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, company, entry, identifier, operator, product, screening};

/// A GTIN-8, and a UPC-E that is short for another article.
const EITHER: &str = "06543297";
const ARTICLES: [&str; 2] = ["00000006543297", "00065432000097"];

#[tokio::test]
async fn each_article_that_a_number_may_mean_is_found_and_confirmed() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let new = entry(product(EITHER), a.now());
        let id = a.record_entry(&operator(), new).await.unwrap().entry.id;
        a.build_digests().await.unwrap();
        let kept = federation.store("platform-a").tokens_of(&[id]).unwrap();
        assert_eq!(kept.len(), 2, "{backend:?}");
        assert!(b.sync(None, false).await.unwrap().is_complete());
        for article in ARTICLES {
            let answer = b.screen(&operator(), screening(product(article))).await.unwrap();
            assert_ne!(answer.verdict, VerdictName::Block, "{backend:?} {article}");
            let found: Vec<_> = answer.reasons.iter().map(|reason| reason.entry).collect();
            assert_eq!(found, [Some(id)], "{backend:?} {article}");
        }
    }
}

/// It would be recorded as active, and match nobody.
#[tokio::test]
async fn an_entry_of_which_no_identifier_can_be_read_is_refused_as_one_who_is_watched_is() {
    for backend in BACKENDS {
        let (_federation, a, _) = Federation::of_two(backend).await;
        let mut mistyped = company("91110108661572276M");
        mistyped
            .identifiers
            .push(identifier("cn_usccc", "91110108661572276L"));
        let lines = [company("91110108661572276L"), mistyped.clone()];
        let new = entry(mistyped, a.now());
        let refused = a.record_entry(&operator(), new).await;
        let Err(FlowError::Invalid(broken)) = refused else {
            panic!("{backend:?} {refused:?}");
        };
        let broken: Vec<_> = broken
            .iter()
            .map(|broken| (broken.field.as_str(), broken.rule.as_str()))
            .collect();
        let expected = [
            ("/subject/identifiers/0", "check_digit"),
            ("/subject/identifiers/1", "unknown_kind"),
        ];
        assert_eq!(broken, expected, "{backend:?}");
        let lines = (1..)
            .zip(lines)
            .map(|(line, subject)| (line, Ok(entry(subject, a.now()))));
        let answers = a.record_entries(&operator(), lines.collect()).await.unwrap();
        let recorded: Vec<_> = answers.iter().map(|answer| answer.id.is_some()).collect();
        assert_eq!(recorded, [true, false], "{backend:?}");
        assert!(answers[1].problem.is_some(), "{backend:?}");
    }
}

#[tokio::test]
async fn every_form_of_the_labelled_pairs_keeps_a_token_of_its_own() {
    const PAIRS: &str = include_str!("../../../../schema/vectors/identifier/pairs.csv");
    let (federation, a, _) = Federation::of_two(BACKENDS[0]).await;
    let mut tried = 0;
    for line in PAIRS.lines().skip(1).filter(|line| !line.contains('"')) {
        let fields: Vec<&str> = line.split(',').collect();
        let (kind, value) = (fields[0], fields[2]);
        let forms = canonicalise(kind.parse::<InputKind>().unwrap(), value, None).unwrap_or_default();
        let mut levels: Vec<_> = forms.iter().map(|form| (form.kind, form.level)).collect();
        levels.sort_by_key(|(kind, level)| (kind.number(), level.number()));
        levels.dedup();
        if levels.len() == forms.len() {
            continue;
        }
        tried += 1;
        let mut subject = product(EITHER);
        subject.identifiers = vec![identifier(kind, value)];
        let id = a
            .record_entry(&operator(), entry(subject, a.now()))
            .await
            .unwrap()
            .entry
            .id;
        a.build_digests().await.unwrap();
        let kept = federation.store("platform-a").tokens_of(&[id]).unwrap();
        assert!(kept.is_empty() || kept.len() == forms.len(), "{kind} {value:?}");
    }
    assert!(tried > 0);
}
