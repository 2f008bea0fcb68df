use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::taxii::{ApiRoot, Discovery, MEDIA_TYPE};

use super::answer::taxii;
use super::reader::Reader;
use crate::config::Limits;

const ROOT: &str = "/taxii2/feed/";

pub(super) async fn server(node: Data<Node>, _: Reader) -> HttpResponse {
    let parsed = node.trust().current();
    taxii(&Discovery {
        title: parsed.document.name.clone(),
        description: format!(
            "What node {} knows of federation {}",
            node.id(),
            parsed.federation
        ),
        default: ROOT.to_owned(),
        api_roots: vec![ROOT.to_owned()],
    })
}

pub(super) async fn root(node: Data<Node>, limits: Data<Limits>, _: Reader) -> HttpResponse {
    taxii(&ApiRoot {
        title: node.trust().current().document.name.clone(),
        description: "Entries of every publisher that shares them with you. Read only.".to_owned(),
        versions: vec![MEDIA_TYPE.to_owned()],
        max_content_length: limits.body_bytes as u64,
    })
}
