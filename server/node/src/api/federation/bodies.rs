use std::io::{self, SeekFrom};

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::{Stream, StreamExt as _};
use lianfang_flow::{BodyFile, Node};
use lianfang_wire::{Problem, ProblemType};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::io::ReaderStream;
use tokio_util::sync::CancellationToken;

use super::octets::Octets;
use crate::doors::Caller;
use crate::http::{Range, Requested, requested};
use crate::limits::MemberShares;
use crate::problem::{Answer, Failure};

const PIECE: usize = 64 * 1024;

/// A body by its hash, whole or from a byte on, so that transfers resume.
#[utoipa::path(get, path = "/federation/v1/digests/bodies/{sha256}", tag = "digests",
    params(("sha256" = String, Path, description = "64 hexadecimal digits."),
        ("Range" = Option<String>, Header, description = "One range of bytes (RFC 9110 §14.2); anything else is ignored.")),
    responses((status = 200, body = Octets, content_type = "application/octet-stream"),
        (status = 206, body = Octets, content_type = "application/octet-stream", headers(("Content-Range" = String))),
        (status = 404, body = Problem), (status = 416, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn show(
    node: Data<Node>,
    stop: Data<CancellationToken>,
    transfers: Data<MemberShares>,
    caller: Caller,
    hash: Path<String>,
    request: HttpRequest,
) -> Answer {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hash.as_str(), &mut bytes).map_err(|_| Failure::new(ProblemType::NotFound))?;
    let body = node.digest_body(&caller.0, bytes).await?;
    let whole = Range {
        start: 0,
        end: body.length,
    };
    let (range, status) = match requested(&request, body.length) {
        Requested::Whole => (whole, StatusCode::OK),
        Requested::Part(range) => (range, StatusCode::PARTIAL_CONTENT),
        Requested::Outside => return Ok(outside(&body)),
    };
    let transfer = transfers.begin(&caller.0)?;
    let mut answer = part(&body, range, status);
    let pieces = pieces(&node, &body, range, transfer)
        .await?
        .take_until(stop.get_ref().clone().cancelled_owned());
    Ok(answer.body(SizedStream::new(range.end - range.start, pieces)))
}

/// The bytes of a body as they are read; the transfer counts as long as they are.
async fn pieces(
    node: &Node,
    body: &BodyFile,
    range: Range,
    transfer: OwnedSemaphorePermit,
) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>, Failure> {
    let mut file = File::open(&body.path)
        .await
        .map_err(|error| node.body_unreadable(&error))?;
    file.seek(SeekFrom::Start(range.start))
        .await
        .map_err(|error| node.body_unreadable(&error))?;
    let pieces = ReaderStream::with_capacity(file.take(range.end - range.start), PIECE);
    Ok(pieces.inspect(move |_| {
        let _ = &transfer;
    }))
}

fn part(body: &BodyFile, range: Range, status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .content_type(ContentType::octet_stream())
        .insert_header((header::ACCEPT_RANGES, "bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let place = format!("bytes {}-{}/{}", range.start, range.end - 1, body.length);
        answer.insert_header((header::CONTENT_RANGE, place));
    }
    answer
}

fn outside(body: &BodyFile) -> HttpResponse {
    let mut answer = crate::problem::respond(&ProblemType::RangeNotSatisfiable.into());
    if let Ok(value) = header::HeaderValue::from_str(&format!("bytes */{}", body.length)) {
        answer.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    answer
}
