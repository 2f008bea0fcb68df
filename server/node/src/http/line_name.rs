//! What a line calls itself, though it isn't what it should be: whoever sent it finds it by that.

use serde::Deserialize;

use super::LineResult;

pub(super) type Name = Option<String>;

#[derive(Deserialize)]
struct Named {
    client_reference: String,
}

/// None when it says none, or one that a line may not have.
pub(super) fn name_of(text: &[u8]) -> Name {
    let named: Named = serde_json::from_slice(text).ok()?;
    Some(named.client_reference).filter(|name| lianfang_domain::is_reference(name))
}

/// The results with the names of those lines that have said theirs here.
pub(super) fn named<R: LineResult>(mut results: Vec<R>, names: Vec<Name>) -> Vec<R> {
    for (result, name) in results.iter_mut().zip(names) {
        if let Some(name) = name {
            result.name(name);
        }
    }
    results
}
