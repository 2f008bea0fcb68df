use lianfang_node::http::Door::Operations;

use super::{GET, Row, ask, wrong_method};

pub(super) fn rows() -> Vec<Row> {
    ["/healthz", "/readyz", "/metrics"]
        .map(|path| Row::new(Operations, GET, path, ask(200), wrong_method()))
        .into()
}
