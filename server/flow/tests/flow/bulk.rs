//! Many at once: as few requests as there can be, and an answer for each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lianfang_encoding::SubjectType;
use lianfang_wire::entry::Subject;
use lianfang_wire::{Problem, ProblemType};

use crate::harness::{BACKENDS, Federation, id, identifier, operator, screening};

fn site(number: u64) -> Subject {
    Subject {
        kind: SubjectType::Seller,
        natural_person: false,
        identifiers: vec![identifier("domain", &format!("invented-seller-{number}.com"))],
    }
}

#[tokio::test]
async fn a_batch_of_screenings_asks_the_committee_once_and_answers_line_by_line() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        federation.network.tamper(Box::new(move |what, answer| {
            count.fetch_add(usize::from(what == "evaluate"), Ordering::Relaxed);
            answer
        }));
        let mut lines: Vec<_> = (1..=100).map(|line| (line, Ok(screening(site(line))))).collect();
        lines[6].1 = Err(Problem::new(ProblemType::Malformed));
        let results = b.screen_lines(&operator(), lines).await;
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert!(results.iter().map(|result| result.line).eq(1..=100));
        for result in results {
            let complete = result.result.map(|screening| screening.complete);
            assert_eq!(
                complete,
                (result.line != 7).then_some(true),
                "line {}",
                result.line
            );
        }
    }
}

/// Screens while the first `spoilt` answers of the committee of one are spoilt. Returns whether the answer is complete,
/// and how often the committee was asked.
async fn screened_after(spoilt: usize) -> (bool, usize) {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let b = federation.join("platform-b", "CN", &[]).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    federation.network.tamper(Box::new(move |what, answer| {
        let is_spoilt = what == "evaluate" && count.fetch_add(1, Ordering::Relaxed) < spoilt;
        if is_spoilt { Vec::new() } else { answer }
    }));
    let answer = b.screen(&operator(), screening(site(1))).await.unwrap();
    (answer.complete, asked.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_committee_of_one_that_fails_is_asked_once_more_and_no_oftener() {
    assert_eq!(screened_after(0).await, (true, 1));
    assert_eq!(screened_after(1).await, (true, 2));
    assert_eq!(screened_after(usize::MAX).await, (false, 2));
}

#[tokio::test]
async fn each_line_says_itself_that_there_is_no_committee() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let b = federation.join("platform-b", "CN", &[]).await;
    federation.network.stop(&id("regulator"));
    let lines = (1..=3).map(|line| (line, Ok(screening(site(line))))).collect();
    for result in b.screen_lines(&operator(), lines).await {
        assert!(!result.result.unwrap().complete);
    }
}
