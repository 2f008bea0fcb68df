use serde::Serialize;
use utoipa::ToSchema;

/// Bytes as they are.
#[derive(Serialize, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(super) struct Octets(Vec<u8>);
