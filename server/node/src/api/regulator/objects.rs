use actix_web::web::{Data, Path, Query};
use lianfang_flow::{FeedPage, FeedQuery, Listed, Node};
use lianfang_wire::ProblemType;
use lianfang_wire::stix::{self, StixId};
use lianfang_wire::taxii::{Envelope, Manifest, ManifestRecord, Versions};

use super::answer::{next, paged};
use super::collections::named;
use super::query::Parameters;
use super::reader::Reader;
use crate::problem::{Answer, Failure};

type Wanted = Query<Parameters>;

pub(super) async fn list(node: Data<Node>, reader: Reader, name: Path<String>, wanted: Wanted) -> Answer {
    let query = wanted.query(named(&node, &name)?)?;
    let page = read(&node, &reader, query).await?;
    Ok(paged(&page, &envelope(&page)))
}

pub(super) async fn manifest(node: Data<Node>, reader: Reader, name: Path<String>, wanted: Wanted) -> Answer {
    let query = wanted.query(named(&node, &name)?)?;
    let page = read(&node, &reader, query).await?;
    let manifest = Manifest {
        more: page.more,
        next: next(&page),
        objects: page.listed.iter().map(record).collect(),
    };
    Ok(paged(&page, &manifest))
}

pub(super) async fn show(
    node: Data<Node>,
    reader: Reader,
    path: Path<(String, String)>,
    wanted: Wanted,
) -> Answer {
    let page = one(&node, &reader, &path, wanted.query(named(&node, &path.0)?)?).await?;
    Ok(paged(&page, &envelope(&page)))
}

/// TAXII 2.1 §5.5: 403 where a collection can't be written, which 405 wouldn't say.
pub(super) async fn add(node: Data<Node>, _: Reader, name: Path<String>) -> Answer {
    named(&node, &name)?;
    Err(read_only())
}

/// TAXII 2.1 §5.7.
pub(super) async fn remove(node: Data<Node>, reader: Reader, path: Path<(String, String)>) -> Answer {
    seen(&node, &reader, &path).await?;
    Err(read_only())
}

pub(super) async fn versions(
    node: Data<Node>,
    reader: Reader,
    path: Path<(String, String)>,
    wanted: Wanted,
) -> Answer {
    let query = wanted.query(named(&node, &path.0)?)?.map(|query| FeedQuery {
        versions: vec![lianfang_flow::FeedVersion::All],
        ..query
    });
    let page = one(&node, &reader, &path, query).await?;
    let modified = |listed: &Listed| listed.object.common().modified;
    let versions = Versions {
        more: page.more,
        next: next(&page),
        versions: page.listed.iter().map(modified).collect(),
    };
    Ok(paged(&page, &versions))
}

/// Versions of one object. Nothing of it may fit the filters; that there is no such object is another answer.
async fn one(
    node: &Node,
    reader: &Reader,
    path: &(String, String),
    query: Option<FeedQuery>,
) -> Answer<FeedPage> {
    let id = seen(node, reader, path).await?;
    let query = query.map(|query| FeedQuery {
        ids: Some(vec![id]),
        ..query
    });
    read(node, reader, query).await
}

/// The object that a path names, if the reader may see it.
async fn seen(node: &Node, reader: &Reader, (name, id): &(String, String)) -> Answer<StixId> {
    let id: StixId = id.parse().map_err(|_| Failure::new(ProblemType::NotFound))?;
    match node.feed_holds(&reader.0, named(node, name)?, id).await? {
        true => Ok(id),
        false => Err(Failure::new(ProblemType::NotFound)),
    }
}

fn read_only() -> Failure {
    Failure::detail(
        ProblemType::Forbidden,
        "Collections are for reading; nodes write them.",
    )
}

async fn read(node: &Node, reader: &Reader, query: Option<FeedQuery>) -> Answer<FeedPage> {
    match query {
        Some(query) => Ok(node.feed(&reader.0, &query).await?),
        None => Ok(FeedPage::default()),
    }
}

fn envelope(page: &FeedPage) -> Envelope {
    Envelope {
        more: page.more,
        next: next(page),
        objects: page.listed.iter().map(|listed| listed.object.clone()).collect(),
    }
}

fn record(listed: &Listed) -> ManifestRecord {
    let common = listed.object.common();
    ManifestRecord {
        id: common.id,
        date_added: listed.added,
        version: common.modified,
        media_type: stix::MEDIA_TYPE.to_owned(),
    }
}
