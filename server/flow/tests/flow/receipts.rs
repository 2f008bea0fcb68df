//! What proves an answer, to whoever holds it.

use futures_util::future::join_all;
use lianfang_wire::receipt::{ReceiptError, check};

use crate::harness::{BACKENDS, Federation, company, id, operator, screening};

const CODE: &str = "91110108661572276L";
const ANOTHER: &str = "91130105MA0FRNGTXX";

#[tokio::test]
async fn an_answer_is_proved_by_its_text_alone_and_stays_as_it_was_given() {
    for backend in BACKENDS {
        let (federation, _a, b) = Federation::of_two(backend).await;
        let keys = [federation.signing_key("platform-b").public()];
        let given = b
            .answer_screening(&operator(), screening(company(CODE)))
            .await
            .unwrap();
        let receipt = check(&given.text, &keys).unwrap();
        assert_eq!((&receipt.iss, receipt.tree_size), (&id("platform-b"), 1));
        assert_eq!(
            serde_json::to_string(&given.screening).unwrap(),
            given.text,
            "the answer as members and as text"
        );
        assert_eq!(b.screening_text(given.screening.id).await.unwrap(), given.text);
        let forged = given.text.replace("\"clear\"", "\"block\"");
        assert_eq!(check(&forged, &keys), Err(ReceiptError::Answer));
        let foreign = [federation.signing_key("platform-a").public()];
        assert!(check(&given.text, &foreign).is_err());
    }
}

#[tokio::test]
async fn answers_kept_together_share_a_signature_and_each_proves_itself() {
    for backend in BACKENDS {
        let (federation, _a, b) = Federation::of_two(backend).await;
        let keys = [federation.signing_key("platform-b").public()];
        // One token each, so that what follows is kept at nearly the same time.
        for code in [CODE, ANOTHER] {
            b.screen(&operator(), screening(company(code))).await.unwrap();
        }
        let (one, who) = (CODE, operator());
        let asked = (0..64).map(|place| {
            let code = if place % 2 == 0 { one } else { ANOTHER };
            b.answer_screening(&who, screening(company(code)))
        });
        let given: Vec<_> = join_all(asked).await.into_iter().map(Result::unwrap).collect();
        let mut sizes = Vec::new();
        for answer in &given {
            sizes.push(check(&answer.text, &keys).unwrap().tree_size);
        }
        assert!(
            sizes.iter().any(|size| *size > 1),
            "nothing was kept together: {sizes:?}"
        );
        let (first, last) = (&given[0].screening, &given[63].text);
        let swapped = last.replace(&given[63].screening.id.to_string(), &first.id.to_string());
        assert_eq!(check(&swapped, &keys), Err(ReceiptError::Answer));
    }
}
