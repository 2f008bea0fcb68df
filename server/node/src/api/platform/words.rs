//! Words of requests that come from a closed list. The document names each, so that whoever generates a client of it
//! can't misspell one; what answers alone say stays open, for a later node may say more.

use lianfang_wire::vocabulary::{BasisType, BrakeAction, Category, EventType, MeasureAction, StateName};
use serde_json::Value;
use utoipa::openapi::schema::{Object, Schema};
use utoipa::openapi::{OpenApi, RefOr};

type Words = Vec<Value>;

/// Names them, each where it stands.
pub(super) fn enumerate(document: &mut OpenApi) {
    let schemas = document
        .components
        .as_mut()
        .map(|components| &mut components.schemas);
    if let Some(schemas) = schemas {
        for (schema, field, words) in bodies() {
            if let Some(of) = schemas.get_mut(schema).and_then(object)
                && let Some(field) = of.properties.get_mut(field).and_then(object)
            {
                field.enum_values = Some(words);
            }
        }
    }
    for (path, name, words) in queries() {
        let listed = document.paths.paths.get_mut(path);
        let parameters = listed.and_then(|item| item.get.as_mut()?.parameters.as_mut());
        let mut parameters = parameters.into_iter().flatten().filter_map(|one| match one {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        });
        let named = parameters.find(|one| one.name == name);
        if let Some(schema) = named.and_then(|one| one.schema.as_mut()).and_then(object) {
            schema.enum_values = Some(words);
        }
    }
}

/// Schema, field and words.
fn bodies() -> [(&'static str, &'static str, Words); 5] {
    // Recording an entry is what creates it.
    let events = EventType::ALL.iter().filter(|kind| **kind != EventType::Created);
    [
        (
            "NewEvent",
            "type",
            events.map(|kind| kind.as_str().into()).collect(),
        ),
        (
            "EntryViolation",
            "category",
            words(Category::ALL, Category::as_str),
        ),
        ("Basis", "type", words(BasisType::ALL, BasisType::as_str)),
        (
            "Measure",
            "action",
            words(MeasureAction::ALL, MeasureAction::as_str),
        ),
        (
            "BrakeDecision",
            "action",
            words(BrakeAction::ALL, BrakeAction::as_str),
        ),
    ]
}

/// Path, parameter and words.
fn queries() -> [(&'static str, &'static str, Words); 1] {
    [("/v1/entries", "state", words(StateName::ALL, StateName::as_str))]
}

fn words<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Words {
    all.iter().map(|word| name(*word).into()).collect()
}

fn object(schema: &mut RefOr<Schema>) -> Option<&mut Object> {
    match schema {
        RefOr::T(Schema::Object(object)) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{document, router};
    use super::*;

    #[test]
    fn every_closed_word_of_a_request_is_named_where_it_stands() {
        let document = serde_json::to_value(document(router::routes().list())).unwrap();
        for (schema, field, words) in bodies() {
            let named = &document["components"]["schemas"][schema]["properties"][field];
            assert_eq!(named["enum"], Value::Array(words), "{schema}.{field}");
            assert_ne!(
                named["description"].as_str().unwrap_or_default(),
                "",
                "{schema}.{field}"
            );
        }
        for (path, name, words) in queries() {
            let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
            let named = parameters.iter().find(|one| one["name"] == name).unwrap();
            assert_eq!(named["schema"]["enum"], Value::Array(words), "{path} {name}");
        }
        let events = &document["components"]["schemas"]["NewEvent"]["properties"]["type"]["enum"];
        let events = events.as_array().unwrap();
        assert!(events.contains(&"withdrawn".into()) && !events.contains(&"created".into()));
    }

    #[test]
    fn what_only_answers_say_stays_open() {
        let document = serde_json::to_value(document(router::routes().list())).unwrap();
        let schemas = &document["components"]["schemas"];
        for (schema, field) in [("TimelineEvent", "type"), ("Entry", "state"), ("Reason", "code")] {
            let said = &schemas[schema]["properties"][field];
            assert!(
                said.is_object() && said.get("enum").is_none(),
                "{schema}.{field}: {said}"
            );
        }
    }
}
