use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderName};
use lianfang_flow::{FeedPage, Listed};
use lianfang_wire::taxii::MEDIA_TYPE;
use serde::Serialize;

const FIRST: HeaderName = HeaderName::from_static("x-taxii-date-added-first");
const LAST: HeaderName = HeaderName::from_static("x-taxii-date-added-last");

/// A resource.
pub(super) fn taxii(resource: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, MEDIA_TYPE))
        .body(serde_json::to_vec(resource).unwrap_or_default())
}

/// A resource that was made of a page: with the times between which its objects were added (TAXII 2.1 §3.3).
pub(super) fn paged(page: &FeedPage, resource: &impl Serialize) -> HttpResponse {
    let mut response = taxii(resource);
    let ends = [(FIRST, page.listed.first()), (LAST, page.listed.last())];
    for (name, listed) in ends {
        let time = listed.and_then(|listed| listed.added.to_string().parse().ok());
        if let Some(time) = time {
            response.headers_mut().insert(name, time);
        }
    }
    response
}

/// Where the page after this one begins. It needs no memory of ours, and other filters stay with the reader.
pub(super) fn next(page: &FeedPage) -> Option<String> {
    let last = page.listed.last().filter(|_| page.more);
    last.map(|Listed { added, .. }| added.as_micros().to_string())
}
