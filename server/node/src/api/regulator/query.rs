use lianfang_encoding::{SubjectType, Timestamp};
use lianfang_flow::{FeedQuery, FeedVersion};
use lianfang_wire::ProblemType;
use lianfang_wire::stix::{SPEC_VERSION, StixId, StixType};
use serde::Deserialize;

use crate::problem::Failure;

/// Most values of one filter.
const MOST_VALUES: usize = 100;

/// Parameters of a read (TAXII 2.1 §3.4 and §3.5).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    added_after: Option<String>,
    limit: Option<u32>,
    next: Option<String>,
    #[serde(rename = "match[id]")]
    ids: Option<String>,
    #[serde(rename = "match[type]")]
    types: Option<String>,
    #[serde(rename = "match[version]")]
    versions: Option<String>,
    #[serde(rename = "match[spec_version]")]
    spec_versions: Option<String>,
}

impl Parameters {
    /// The query they stand for; `None` when nothing can fit it.
    pub(super) fn query(&self, collection: SubjectType) -> Result<Option<FeedQuery>, Failure> {
        let spec_versions = self.spec_versions.as_deref().map(values).transpose()?;
        let query = FeedQuery {
            added_after: self.after()?,
            limit: self.limit()?,
            types: self.types()?,
            ids: self.ids()?,
            versions: self.versions()?,
            ..FeedQuery::all_of(collection)
        };
        let spoken = spec_versions.is_none_or(|wanted| wanted.contains(&SPEC_VERSION));
        let fits = spoken
            && query.types.as_ref().is_none_or(|types| !types.is_empty())
            && query.ids.as_ref().is_none_or(|ids| !ids.is_empty());
        Ok(fits.then_some(query))
    }

    fn after(&self) -> Result<Timestamp, Failure> {
        let added_after = match &self.added_after {
            Some(text) => Timestamp::parse_rfc3339(text)
                .map_err(|_| broken("added_after", "a time of RFC 3339", "write 2026-01-31T00:00:00Z"))?,
            None => Timestamp::default(),
        };
        let next = match &self.next {
            Some(text) => text.parse().map(Timestamp::from_micros).map_err(|_| {
                broken(
                    "next",
                    "the `next` of the page before",
                    "leave it out to start anew",
                )
            })?,
            None => Timestamp::default(),
        };
        Ok(added_after.max(next))
    }

    fn limit(&self) -> Result<Option<u32>, Failure> {
        match self.limit {
            Some(0) => Err(broken(
                "limit",
                "at least 1",
                "leave it out for pages of the usual size",
            )),
            limit => Ok(limit),
        }
    }

    /// Types and ids of other objects fit nothing here, which is no mistake.
    fn types(&self) -> Result<Option<Vec<StixType>>, Failure> {
        let known = |text: &str| {
            Ok(values(text)?
                .iter()
                .filter_map(|kind| kind.parse().ok())
                .collect())
        };
        self.types.as_deref().map(known).transpose()
    }

    fn ids(&self) -> Result<Option<Vec<StixId>>, Failure> {
        let known = |text: &str| Ok(values(text)?.iter().filter_map(|id| id.parse().ok()).collect());
        self.ids.as_deref().map(known).transpose()
    }

    fn versions(&self) -> Result<Vec<FeedVersion>, Failure> {
        let Some(text) = &self.versions else {
            return Ok(Vec::new());
        };
        values(text)?.into_iter().map(version).collect()
    }
}

fn version(text: &str) -> Result<FeedVersion, Failure> {
    match text {
        "all" => Ok(FeedVersion::All),
        "first" => Ok(FeedVersion::First),
        "last" => Ok(FeedVersion::Last),
        time => Timestamp::parse_rfc3339(time)
            .map(FeedVersion::Exactly)
            .map_err(|_| {
                broken(
                    "match[version]",
                    "`all`, `first`, `last` or times of RFC 3339",
                    "leave it out for the last",
                )
            }),
    }
}

fn values(text: &str) -> Result<Vec<&str>, Failure> {
    let values: Vec<_> = text
        .split(',')
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .collect();
    if values.len() > MOST_VALUES {
        return Err(broken("match", "at most 100 values", "ask in several requests"));
    }
    Ok(values)
}

/// TAXII's error message has no list of rules, so that the sentence says it all.
fn broken(field: &str, rule: &str, fix: &str) -> Failure {
    Failure::detail(ProblemType::Malformed, &format!("{field}: {rule}; {fix}."))
}
