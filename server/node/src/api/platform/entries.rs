use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use lianfang_flow::{EntryFilter, FlowError, Node};
use lianfang_wire::Problem;
use lianfang_wire::entry::{BatchResult, Entry, EntryPage, NewEntry, NewEvent, TimelineEvent};
use lianfang_wire::vocabulary::StateName;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::etag::{IfMatch, etag, if_match};
use super::items::Items;
use super::{By, Standing};
use crate::http::{Json, LineResult, Lines, answer_lines};
use crate::idempotency::Named;
use crate::problem::Answer;

/// Most entries of one transaction of a batch.
const TRANSACTION: usize = 1_000;
const DEFAULT_PAGE: u32 = 100;

/// Record an entry.
///
/// Complete ones come into force at once. The same `client_reference` with the same content records nothing new
/// and answers 200 with the entry that is there. Under the one of an entry that is active and `incomplete`, about the same
/// subject, what brings a part that it lacked and leaves out nothing that it says is recorded in its place (201); what differs in
/// nothing but `expires` and `measure.effective_from` is the entry that is there (200).
#[utoipa::path(post, path = "/v1/entries", tag = "entries", request_body = NewEntry,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours.")),
    responses((status = 201, body = Entry, headers(("ETag" = String), ("Location" = String))),
        (status = 200, body = Entry, description = "It was recorded before."),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create(node: Data<Node>, by: By, named: Named, new: Json<NewEntry>) -> Answer {
    let node = node.into_inner();
    let recorded = node.record_entry_once(&by.0, new.0, named.0).await?;
    let status = if recorded.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(HttpResponse::build(status)
        .insert_header((header::LOCATION, format!("/v1/entries/{}", recorded.entry.id)))
        .insert_header((header::ETAG, etag(recorded.entry.revision)))
        .json(recorded.entry))
}

/// Record many entries, one JSON document per line.
///
/// One result per line, in order, while further lines may still be on their way; read them as they come. What a result
/// acknowledges is recorded for good. Send the whole batch, or what has no result yet, again after an interruption:
/// lines with a `client_reference` that were recorded already aren't recorded twice. Under the one of an entry that is
/// active and `incomplete`, about the same subject, what it lacked is recorded in its place, as with one.
#[utoipa::path(post, path = "/v1/entries/batch", tag = "entries",
    request_body(content = NewEntry, content_type = "application/x-ndjson"),
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours. A batch under one has at most `limits.keyed_bytes` (4 MiB); an answer that is longer isn't kept.")),
    responses((status = 200, body = BatchResult, content_type = "application/x-ndjson"),
        (status = 413, body = Problem, description = "More than `limits.batch_bytes` (64 MiB), or under an Idempotency-Key more than `limits.keyed_bytes` (4 MiB).")))]
pub(super) async fn batch(
    node: Data<Node>,
    by: By,
    named: Named,
    standing: Standing,
    lines: Lines<NewEntry>,
) -> Answer {
    let (node, actor, name) = (node.into_inner(), by.0, named.0);
    let standing = move || standing.check();
    answer_lines(lines, TRANSACTION, standing, move |part| {
        let (node, actor) = (Arc::clone(&node), actor.clone());
        async move { node.record_entries_once(&actor, part, name).await }
    })
    .await
}

impl LineResult for BatchResult {
    fn refused(line: u64, problem: Problem) -> Self {
        Self {
            line,
            client_reference: None,
            id: None,
            created: None,
            completed: false,
            local_reason: None,
            problem: Some(problem),
        }
    }

    fn name(&mut self, client_reference: String) {
        self.client_reference = Some(client_reference);
    }

    fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only entries that are in this state now, whether or not a job has written down that their time is over.
    #[param(value_type = Option<String>)]
    state: Option<StateName>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Entries on one page, 100 by default, 500 at most.
    #[param(maximum = 65535)]
    limit: Option<u16>,
}

/// List entries in the order they were recorded.
#[utoipa::path(get, path = "/v1/entries", tag = "entries", params(Wanted),
    responses((status = 200, body = EntryPage), (status = 400, body = Problem)))]
pub(super) async fn list(node: Data<Node>, wanted: Query<Wanted>) -> Answer {
    let Wanted { state, cursor, limit } = wanted.into_inner();
    let filter = EntryFilter {
        state,
        cursor,
        limit: limit.map_or(DEFAULT_PAGE, u32::from),
    };
    Ok(HttpResponse::Ok().json(node.entries(filter).await?))
}

/// Read an entry.
#[utoipa::path(get, path = "/v1/entries/{id}", tag = "entries", params(("id" = Uuid, Path)),
    responses((status = 200, body = Entry, headers(("ETag" = String))), (status = 404, body = Problem)))]
pub(super) async fn show(node: Data<Node>, id: Path<Uuid>) -> Answer {
    Ok(with_etag(node.entry(*id).await?))
}

/// Everything that happened to an entry.
#[utoipa::path(get, path = "/v1/entries/{id}/timeline", tag = "entries", params(("id" = Uuid, Path)),
    responses((status = 200, body = Items<TimelineEvent>), (status = 404, body = Problem)))]
pub(super) async fn timeline(node: Data<Node>, id: Path<Uuid>) -> Answer {
    let items = node.into_inner().timeline(*id).await?;
    Ok(HttpResponse::Ok().json(Items { items }))
}

/// Move an entry: withdraw, suspend, uphold, …
///
/// Which events a state allows is said in the entry's lifecycle; another one answers `illegal-transition`.
#[utoipa::path(post, path = "/v1/entries/{id}/events", tag = "entries", request_body = NewEvent,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The entry's ETag, or `*` for whatever revision it has."),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours.")),
    responses((status = 200, body = Entry, headers(("ETag" = String))), (status = 404, body = Problem),
        (status = 412, body = Problem, description = "It has changed; `current` is how it is now."),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn event(
    node: Data<Node>,
    by: By,
    id: Path<Uuid>,
    request: HttpRequest,
    new: Json<NewEvent>,
) -> Answer {
    let node = node.into_inner();
    match if_match(&request)? {
        IfMatch::Revision(revision) => {
            let entry = node.apply_event(&by.0, *id, revision, new.0).await?;
            Ok(with_etag(entry))
        }
        IfMatch::Any => {
            let entry = node.apply_event_anyway(&by.0, *id, new.0).await?;
            Ok(with_etag(entry))
        }
        IfMatch::Foreign => Err(FlowError::Stale(Box::new(node.entry(*id).await?)).into()),
    }
}

fn with_etag(entry: Entry) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, etag(entry.revision)))
        .json(entry)
}
