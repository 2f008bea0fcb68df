//! Batches: one JSON document per line, read as it arrives and answered as it is done. What is read and not done yet
//! is bounded, so that whoever sends faster than the node works, or doesn't read the answers, is made to wait.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::rt;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::{StreamExt as _, future, stream};
use lianfang_flow::FlowError;
use lianfang_wire::{Problem, ProblemType};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use super::line_name::{LineItem, Name, name_in, name_of, named};
use super::line_reader::{Raw, Reader};
use super::{LineResult, Passing, body, pointer};
use crate::config::Limits;
use crate::problem::{Answer, Failure};

/// The media type of one JSON document per line.
pub const LINES: &str = "application/x-ndjson";
/// What a batch may say it is.
pub(super) const BATCH: [&str; 2] = [LINES, "application/jsonl"];
/// Lines that wait for the node.
const WAITING_LINES: usize = 1_024;

/// A body of one JSON document per line, each of at most `limits.body_bytes`, altogether of at most
/// `limits.batch_bytes`. A line that isn't a `T` doesn't spoil the others.
pub struct Lines<T> {
    lines: mpsc::Receiver<Raw>,
    kind: PhantomData<T>,
}

/// The number of a line, from 1, and what it says.
pub type Line<T> = (u64, Result<T, Problem>);

impl<T: DeserializeOwned + 'static> FromRequest for Lines<T> {
    type Error = Failure;
    type Future = future::Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        future::ready(open(request, payload.take()))
    }
}

fn open<T>(request: &HttpRequest, payload: Payload) -> Result<Lines<T>, Failure> {
    body::expect_type(request, &BATCH)?;
    let limits = request.app_data::<Data<Limits>>().ok_or(ProblemType::Internal)?;
    if body::announced(request).is_some_and(|length| length > limits.batch_bytes) {
        return Err(body::too_large(limits.batch_bytes));
    }
    Ok(Lines::read(payload, limits))
}

impl<T> Lines<T> {
    fn read(payload: Payload, limits: &Limits) -> Self {
        let (to, lines) = mpsc::channel(WAITING_LINES);
        rt::spawn(Reader::of(payload, limits, to).run());
        Self {
            lines,
            kind: PhantomData,
        }
    }

    /// What has arrived, at least one line and at most `most`; none at the end. More arrives meanwhile.
    async fn part(&mut self, most: usize) -> Option<Vec<Raw>> {
        let mut part = Vec::new();
        let count = self.lines.recv_many(&mut part, most).await;
        (count > 0).then_some(part)
    }
}

/// Answers a batch part by part, each of at most `most` lines, with one result per line. When the first part fails as a
/// whole, so does the request; of a later one each line has the problem as its result. Before each later part the caller
/// has to be in good `standing`; the batch ends with the problem as the result of the line to go on at. The answer says
/// whether it tells of what passes ([`Passing`]).
///
/// # Errors
/// That of the first part.
pub async fn answer_lines<T, R, F>(
    mut lines: Lines<T>,
    most: usize,
    standing: impl Fn() -> Result<(), Failure> + 'static,
    work: impl Fn(Vec<Line<T>>) -> F + 'static,
) -> Answer
where
    T: DeserializeOwned + LineItem + 'static,
    R: LineResult + 'static,
    F: Future<Output = Result<Vec<R>, FlowError>>,
{
    let mut answer = HttpResponse::Ok();
    answer.content_type(LINES);
    let Some(first) = lines.part(most).await else {
        return Ok(answer.finish());
    };
    if let [
        Raw {
            text: Err(problem),
            ends: true,
            ..
        },
    ] = &first[..]
    {
        return Err(problem.clone().into());
    }
    let passing = Passing::default();
    answer.extensions_mut().insert(passing.clone());
    if first.iter().any(|raw| raw.ends) {
        passing.note();
    }
    let (first, names) = parsed(first);
    let first = written(&named(work(first).await?, names), &passing)?;
    let batch = Batch {
        lines,
        most,
        standing,
        work,
        passing,
    };
    let rest = stream::unfold(Some(batch), async |batch| batch?.next().await);
    Ok(answer.streaming(stream::once(future::ready(Ok(first))).chain(rest)))
}

/// What is still to come of a batch.
struct Batch<T, S, W> {
    lines: Lines<T>,
    most: usize,
    standing: S,
    work: W,
    passing: Passing,
}

impl<T, S, W> Batch<T, S, W> {
    /// The results of the next part, and what comes after it, if anything may.
    async fn next<R, F>(mut self) -> Option<(Result<Bytes, FlowError>, Option<Self>)>
    where
        T: DeserializeOwned + LineItem + 'static,
        S: Fn() -> Result<(), Failure>,
        R: LineResult,
        W: Fn(Vec<Line<T>>) -> F,
        F: Future<Output = Result<Vec<R>, FlowError>>,
    {
        let part = self.lines.part(self.most).await?;
        if let (Err(failure), Some(first)) = ((self.standing)(), part.first()) {
            self.passing.note();
            let name = first.text.as_ref().ok().and_then(|text| name_in(text));
            let last = vec![R::refused(first.number, failure.problem().clone())];
            return Some((written(&named(last, vec![name]), &self.passing), None));
        }
        if part.iter().any(|raw| raw.ends) {
            self.passing.note();
        }
        let (part, names) = parsed(part);
        let numbers: Vec<_> = part.iter().map(|(number, _)| *number).collect();
        let results = (self.work)(part).await.unwrap_or_else(|error| {
            self.passing.note();
            let problem = Failure::from(error).problem().clone();
            let refuse = |number| R::refused(number, problem.clone());
            numbers.into_iter().map(refuse).collect()
        });
        let results = named(results, names);
        Some((written(&results, &self.passing), Some(self)))
    }
}

fn parsed<T: DeserializeOwned + LineItem>(part: Vec<Raw>) -> (Vec<Line<T>>, Vec<Name>) {
    let parse = |raw: Raw| {
        let text = match raw.text {
            Ok(text) => text,
            Err(problem) => return ((raw.number, Err(problem)), None),
        };
        let said = pointer::parse::<T>(&text).map_err(|problem| *problem);
        let name = match &said {
            Ok(item) => name_of(item),
            Err(_) => name_in(&text),
        };
        ((raw.number, said), name)
    };
    part.into_iter().map(parse).unzip()
}

fn written<R: LineResult>(results: &[R], passing: &Passing) -> Result<Bytes, FlowError> {
    passing.note_any(results.iter().filter_map(LineResult::problem));
    let mut text = Vec::new();
    for result in results {
        serde_json::to_writer(&mut text, result).map_err(|_| FlowError::Internal("a result isn't JSON"))?;
        text.push(b'\n');
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use actix_web::error::PayloadError;
    use futures_util::Stream;

    use super::*;
    use crate::http::line_reader::WAITING_BYTES;

    impl LineItem for u64 {
        fn client_reference(&self) -> Option<&str> {
            None
        }
    }

    fn lines(
        pieces: impl IntoIterator<Item = Result<Bytes, PayloadError>> + 'static,
        limits: &Limits,
    ) -> Lines<u64> {
        arriving(stream::iter(pieces), limits)
    }

    fn arriving(
        pieces: impl Stream<Item = Result<Bytes, PayloadError>> + 'static,
        limits: &Limits,
    ) -> Lines<u64> {
        let payload = Box::pin(pieces);
        Lines::read(Payload::Stream { payload }, limits)
    }

    fn small() -> Limits {
        Limits {
            body_bytes: 10,
            batch_bytes: 1_000,
            ..Limits::default()
        }
    }

    async fn all(mut lines: Lines<u64>) -> Vec<(u64, Result<u64, Option<ProblemType>>)> {
        let mut seen = Vec::new();
        while let Some(part) = lines.part(7).await {
            let part = parsed::<u64>(part).0.into_iter();
            seen.extend(part.map(|(number, said)| (number, said.map_err(|problem| problem.kind()))));
        }
        seen
    }

    fn pieces(text: &str, size: usize) -> Vec<Result<Bytes, PayloadError>> {
        text.as_bytes()
            .chunks(size)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect()
    }

    #[actix_web::test]
    async fn a_bad_line_spoils_no_other_however_the_body_is_cut_and_empty_lines_keep_their_number() {
        let text = "1\n\nx\r\n1234567890\n12345678901\n6";
        for size in [1, 2, 7, 100] {
            let seen = all(lines(pieces(text, size), &small())).await;
            assert_eq!(
                seen,
                [
                    (1, Ok(1)),
                    (3, Err(Some(ProblemType::Malformed))),
                    (4, Ok(1_234_567_890)),
                    (5, Err(Some(ProblemType::TooLarge))),
                    (6, Ok(6)),
                ]
            );
        }
    }

    #[actix_web::test]
    async fn a_line_that_is_cut_off_is_not_taken_and_the_last_result_says_why() {
        let mut cut = pieces("1\n23", 2);
        cut.push(Err(PayloadError::Incomplete(None)));
        let seen = all(lines(cut, &small())).await;
        assert_eq!(seen, [(1, Ok(1)), (2, Err(Some(ProblemType::Malformed)))]);
    }

    #[actix_web::test]
    async fn a_batch_beyond_its_bytes_ends_with_the_line_to_go_on_at() {
        let seen = all(lines(pieces(&"1\n".repeat(600), 100), &small())).await;
        assert_eq!(seen.len(), 501);
        assert_eq!(seen[500], (501, Err(Some(ProblemType::TooLarge))));
    }

    #[actix_web::test]
    async fn a_batch_that_takes_too_long_altogether_ends_whatever_time_its_lines_have() {
        let limits = Limits {
            batch_seconds: 0,
            body_seconds: 3_600,
            ..Limits::default()
        };
        let unended = stream::iter(pieces("1\n", 1)).chain(stream::pending());
        let seen = all(arriving(unended, &limits));
        let seen = tokio::time::timeout(Duration::from_secs(60), seen).await.unwrap();
        assert_eq!(seen, [(1, Ok(1)), (2, Err(Some(ProblemType::Timeout)))]);
    }

    #[actix_web::test]
    async fn no_more_is_read_than_the_node_has_room_for() {
        let read = Rc::new(Cell::new(0_usize));
        let counted = Rc::clone(&read);
        let line = Bytes::from(format!("\"{}\"\n", "x".repeat(64 * 1024)));
        let endless = std::iter::from_fn(move || {
            counted.set(counted.get() + line.len());
            Some(Ok(line.clone()))
        });
        let limits = Limits {
            batch_bytes: usize::MAX,
            ..Limits::default()
        };
        let mut lines = lines(endless, &limits);
        for parts in 1..=3 {
            assert!(lines.part(1).await.is_some());
            // The reader goes on until it has to wait.
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
            assert!(
                read.get() <= WAITING_BYTES + (parts + 2) * 70_000,
                "{}",
                read.get()
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_give_one_answer_per_line_that_holds_something(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400),
        ) {
            let said = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
            let body = vec![Ok(Bytes::from(bytes))];
            let seen = rt::System::new().block_on(async { all(lines(body, &Limits::default())).await });
            proptest::prop_assert_eq!(seen.len(), said);
        }
    }
}
