use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A list that is never long enough for pages.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Items<T: ToSchema> {
    pub(super) items: Vec<T>,
}
