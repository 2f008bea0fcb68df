use lianfang_flow::inspect_data_keys;

use super::{Finding, Patient};

/// The data key in force is there and is the right one, and so are those that older rows need.
pub(super) fn standing(patient: &Patient<'_>) -> Option<Finding> {
    let (store, secrets) = (patient.store.as_ref()?, patient.folder.secrets().ok()?);
    let older = |number| secrets.data.others().into_iter().any(|other| other != number);
    Some(match inspect_data_keys(store, &secrets.data) {
        Err(error) => Finding::wrong("data_key_broken").with("reason", error),
        Ok((number, otherwise)) if otherwise.rows == 0 => {
            Finding::fine("data_key_fine").with("number", number)
        }
        Ok((number, otherwise)) if older(number) => Finding::warning("data_key_waiting")
            .with("number", number)
            .with("rows", otherwise.rows),
        Ok((number, otherwise)) => Finding::wrong("data_key_lost")
            .with("number", number)
            .with("rows", otherwise.rows),
    })
}
