use lianfang_node::http::Door::Regulator;
use lianfang_wire::taxii::MEDIA_TYPE;

use super::scene::Scene;
use super::{Ask, DELETE, GET, POST, Row, ask};

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    let sellers = ["sellers"];
    let object = ["sellers", scene.object.as_str()];
    vec![
        row("/taxii2/", ask(200), other_type()),
        row("/taxii2/feed/", ask(200), other_type()),
        row("/taxii2/feed/collections/", ask(200), other_type()),
        row(
            "/taxii2/feed/collections/{collection}/",
            ask(200).at(sellers),
            ask(404).at(["fish"]),
        ),
        row(
            "/taxii2/feed/collections/{collection}/manifest/",
            ask(200).at(sellers),
            ask(400).at(sellers).query("?limit=0"),
        ),
        row(
            "/taxii2/feed/collections/{collection}/objects/",
            ask(200).at(sellers),
            ask(400).at(sellers).query("?added_after=yesterday"),
        ),
        row(
            "/taxii2/feed/collections/{collection}/objects/{id}/",
            ask(200).at(object),
            ask(400).at(object).query("?match[version]=newest"),
        ),
        Row::new(
            Regulator,
            POST,
            "/taxii2/feed/collections/{collection}/objects/",
            ask(403).at(sellers).header("accept", MEDIA_TYPE),
            ask(404).at(["fish"]).header("accept", MEDIA_TYPE),
        ),
        Row::new(
            Regulator,
            DELETE,
            "/taxii2/feed/collections/{collection}/objects/{id}/",
            ask(403).at(object).header("accept", MEDIA_TYPE),
            ask(404).at(["sellers", "fish"]).header("accept", MEDIA_TYPE),
        ),
        row(
            "/taxii2/feed/collections/{collection}/objects/{id}/versions/",
            ask(200).at(object),
            ask(400).at(object).query("?next=soon"),
        ),
    ]
}

fn row(path: &'static str, success: Ask, malformed: Ask) -> Row {
    let accepting = |ask: Ask, kind: &str| {
        if ask.status == 406 {
            ask
        } else {
            ask.header("accept", kind)
        }
    };
    Row::new(
        Regulator,
        GET,
        path,
        accepting(success, MEDIA_TYPE),
        accepting(malformed, MEDIA_TYPE),
    )
}

fn other_type() -> Ask {
    ask(406).header("accept", "text/html")
}
