//! What every operation of the document says alike, so that generated clients know it of each.

use actix_web::http::StatusCode;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

use crate::problem::MEDIA_TYPE;

const JSON: &str = "application/json";

/// Gives operations unique ids, responses a description and errors their media type; whatever isn't named is a
/// problem document.
pub(super) fn complete(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            name(operation);
            answers(operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        ..
    } = item;
    [get, put, post, delete].into_iter().flatten()
}

/// Handlers of different modules have the same name; with the tag in front it is their own.
fn name(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next();
    if let (Some(tag), Some(id)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{id}"));
    }
}

fn answers(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for (status, response) in &mut *responses {
        if let RefOr::T(response) = response {
            describe(status, response);
        }
    }
    responses.insert("default".to_owned(), RefOr::T(problem()));
}

fn describe(status: &str, response: &mut Response) {
    let status = status
        .parse()
        .ok()
        .and_then(|code| StatusCode::from_u16(code).ok());
    if response.description.is_empty() {
        let reason = status.and_then(|status| status.canonical_reason());
        response.description = reason.unwrap_or("See the body.").to_owned();
    }
    if status.is_some_and(|status| status.is_client_error() || status.is_server_error())
        && let Some(content) = response.content.shift_remove(JSON)
    {
        response.content.insert(MEDIA_TYPE.to_owned(), content);
    }
}

fn problem() -> Response {
    ResponseBuilder::new()
        .description("A problem document (RFC 9457)")
        .content(MEDIA_TYPE, Content::new(Some(Ref::from_schema_name("Problem"))))
        .build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::{document, router};

    fn described() -> Vec<Value> {
        let document = serde_json::to_value(document(router::routes().list())).unwrap();
        let paths = document["paths"].as_object().unwrap().values();
        paths
            .flat_map(|item| item.as_object().unwrap().values().cloned().collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let operations = described();
        let ids: BTreeSet<_> = operations
            .iter()
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), operations.len());
    }

    #[test]
    fn every_answer_is_described_and_every_error_is_a_problem_document() {
        for operation in described() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert_ne!(response["description"].as_str().unwrap_or_default(), "");
                let content = &response["content"];
                if status == "default" || status.as_str() >= "400" {
                    assert!(content.get(super::MEDIA_TYPE).is_some(), "{operation} {status}");
                }
            }
        }
    }
}
