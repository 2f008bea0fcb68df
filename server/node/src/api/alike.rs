//! What every operation of a door's document says alike, so that generated clients know it of each.

use actix_web::http::StatusCode;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

use crate::problem::MEDIA_TYPE;

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

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
    // Many documents between other lines: no schema of one describes it, and clients that believe so don't compile.
    if let Some(RefOr::T(events)) = response.content.get_mut(EVENTS) {
        events.schema = None;
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

/// Path and method of each operation that a document describes.
#[cfg(test)]
pub(super) fn described_routes(document: &OpenApi) -> std::collections::BTreeSet<(String, String)> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flat_map(|item| item.keys());
        methods.map(|method| (path.clone(), method.to_uppercase()))
    });
    operations.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::{federation, operator, platform};

    /// The operations of each door's document.
    fn described() -> Vec<Vec<Value>> {
        let platform = platform::document(platform::router::routes().list());
        [platform, federation::document(), operator::document()]
            .map(operations)
            .into()
    }

    fn operations(document: utoipa::openapi::OpenApi) -> Vec<Value> {
        let document = serde_json::to_value(document).unwrap();
        let paths = document["paths"].as_object().unwrap().values();
        let operations: Vec<_> = paths
            .flat_map(|item| item.as_object().unwrap().values().cloned().collect::<Vec<_>>())
            .collect();
        assert!(!operations.is_empty());
        operations
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        for operations in described() {
            let ids: BTreeSet<_> = operations
                .iter()
                .map(|operation| operation["operationId"].as_str().unwrap())
                .collect();
            assert_eq!(ids.len(), operations.len());
        }
    }

    /// A client that trusts a narrower format would refuse what the node gives, or never send what it takes.
    #[test]
    fn no_number_without_a_sign_is_said_to_have_one() {
        let platform = platform::document(platform::router::routes().list());
        for document in [platform, federation::document(), operator::document()] {
            let numbers = numbers(&serde_json::to_value(document).unwrap());
            assert!(!numbers.is_empty());
            let signed = numbers.into_iter().find(|number| {
                number["minimum"] == 0
                    && number["format"]
                        .as_str()
                        .is_some_and(|format| format.starts_with("int"))
            });
            assert_eq!(signed, None);
        }
    }

    #[test]
    fn a_stream_of_events_is_not_said_to_be_one_document_and_its_events_are_described() {
        let document = serde_json::to_value(platform::document(platform::router::routes().list())).unwrap();
        let answer = &document["paths"]["/v1/events"]["get"]["responses"]["200"];
        assert_eq!(answer["content"][super::EVENTS], serde_json::json!({}));
        assert!(document["components"]["schemas"]["AlertEvent"].is_object());
    }

    fn numbers(value: &Value) -> Vec<Value> {
        let within: Vec<_> = match value {
            Value::Array(items) => items.iter().flat_map(numbers).collect(),
            Value::Object(fields) => fields.values().flat_map(numbers).collect(),
            _ => Vec::new(),
        };
        let own = value.get("minimum").map(|_| value.clone());
        own.into_iter().chain(within).collect()
    }

    #[test]
    fn every_answer_is_described_and_every_error_is_a_problem_document() {
        for operation in described().concat() {
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
