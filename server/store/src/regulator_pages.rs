use diesel::alias;
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::query_dsl::positional_order_dsl::PositionalOrderDsl as _;
use diesel::sql_types::{Bool, Nullable, SmallInt};
use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::columns::{limit, micros};
use crate::database::{Link, query};
use crate::schema::regulator_feed;
use crate::{FeedKind, FeedRow, Store, StoreError};

/// Which versions of an object a page holds; a version that fits one of them is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedVersions {
    pub all: bool,
    pub first: bool,
    pub last: bool,
    /// Times of modification.
    pub exact: Vec<Timestamp>,
}

/// Which part of the feed a page is taken from.
#[derive(Debug, Clone)]
pub struct FeedFilter {
    /// Audiences that the reader is in; of others it sees nothing.
    pub audiences: Vec<Audience>,
    pub subject_type: i16,
    pub kinds: Vec<FeedKind>,
    /// `None` means any.
    pub objects: Option<Vec<(FeedKind, Uuid)>>,
    pub versions: FeedVersions,
}

/// A filter as the statements take it.
struct Asked<'a> {
    after: i64,
    subject_type: i16,
    audiences: Vec<&'a str>,
    kinds: Vec<i16>,
    /// Only entries belong to one collection; everything else is in each.
    entries: bool,
    versions: &'a FeedVersions,
    exact: Vec<i64>,
    rows: i64,
}

/// What fits, of whatever subject.
macro_rules! matching {
    ($asked:expr) => {{
        let asked: &Asked<'_> = $asked;
        let earlier = alias!(regulator_feed as earlier);
        let has_earlier = exists(
            earlier
                .filter(
                    earlier
                        .field(regulator_feed::object_id)
                        .eq(regulator_feed::object_id),
                )
                .filter(
                    earlier
                        .field(regulator_feed::audience)
                        .eq(regulator_feed::audience),
                )
                .filter(
                    earlier
                        .field(regulator_feed::modified)
                        .lt(regulator_feed::modified),
                ),
        );
        regulator_feed::table
            .filter(regulator_feed::added.gt(asked.after))
            .filter(regulator_feed::audience.eq_any(&asked.audiences))
            .filter(regulator_feed::kind.eq_any(&asked.kinds))
            .filter(
                asked
                    .versions
                    .all
                    .into_sql::<Bool>()
                    .or(asked
                        .versions
                        .last
                        .into_sql::<Bool>()
                        .and(regulator_feed::superseded.is_null()))
                    .or(asked.versions.first.into_sql::<Bool>().and(not(has_earlier)))
                    .or(regulator_feed::modified.eq_any(&asked.exact)),
            )
            .select(regulator_feed::all_columns)
    }};
}

/// For SQLite two ranges of one index, merged: nothing is sorted, and what lies in other collections isn't read.
macro_rules! merged {
    ($asked:expr) => {{
        let in_each = matching!($asked).filter(regulator_feed::subject_type.is_null());
        let in_this_one = matching!($asked)
            .filter(regulator_feed::subject_type.eq($asked.subject_type))
            .filter($asked.entries.into_sql::<Bool>());
        in_each
            .union_all(in_this_one)
            .positional_order_by(1)
            .limit($asked.rows)
    }};
}

/// For PostgreSQL, which takes this in its order and would sort what is merged.
macro_rules! in_order {
    ($asked:expr) => {
        matching!($asked)
            .filter(
                regulator_feed::subject_type
                    .is_null()
                    .or(regulator_feed::subject_type.eq($asked.subject_type)),
            )
            .order(regulator_feed::added)
            .limit($asked.rows)
    };
}

/// By the ids. The sign keeps SQLite from reading whole collections in their stead.
macro_rules! named {
    ($asked:expr, $filter:expr) => {{
        let filter: &FeedFilter = $filter;
        let subject = || sql::<Nullable<SmallInt>>("+regulator_feed.subject_type");
        let of = |kind: FeedKind| {
            let ids = regulator_feed::object_id.eq_any(filter.ids(Some(kind)));
            regulator_feed::kind.eq(kind.number()).and(ids)
        };
        matching!($asked)
            .filter(regulator_feed::object_id.eq_any(filter.ids(None)))
            .filter(subject().is_null().or(subject().eq($asked.subject_type)))
            .filter(
                of(FeedKind::Definition)
                    .or(of(FeedKind::Member))
                    .or(of(FeedKind::Entry))
                    .or(of(FeedKind::Software)),
            )
            .order(regulator_feed::added)
            .limit($asked.rows)
    }};
}

impl Store {
    /// Up to `rows` versions added after `after`, in the order in which they were added.
    ///
    /// # Errors
    /// Those of any read.
    pub fn feed_page(
        &self,
        filter: &FeedFilter,
        after: Timestamp,
        rows: usize,
    ) -> Result<Vec<FeedRow>, StoreError> {
        let asked = filter.asked(after, rows);
        self.db.read(|link| {
            let merges = matches!(link, Link::Sqlite(..));
            Ok(match &filter.objects {
                Some(_) => query!(link, |conn| named!(&asked, filter).load(conn)),
                None if merges => query!(link, |conn| merged!(&asked).load(conn)),
                None => query!(link, |conn| in_order!(&asked).load(conn)),
            }?)
        })
    }
}

impl FeedFilter {
    fn asked(&self, after: Timestamp, rows: usize) -> Asked<'_> {
        Asked {
            after: micros(after),
            subject_type: self.subject_type,
            audiences: self.audiences.iter().map(Audience::as_str).collect(),
            kinds: self.kinds.iter().map(|kind| kind.number()).collect(),
            entries: self.kinds.contains(&FeedKind::Entry),
            versions: &self.versions,
            exact: self.versions.exact.iter().copied().map(micros).collect(),
            rows: limit(rows),
        }
    }

    /// Those of one kind, or all.
    fn ids(&self, kind: Option<FeedKind>) -> Vec<&[u8]> {
        let wanted = self.objects.iter().flatten();
        wanted
            .filter(|(of, _)| kind.is_none_or(|kind| *of == kind))
            .map(|(_, id)| id.as_bytes().as_slice())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::Text;
    use diesel::sqlite::Sqlite;

    use super::*;
    use crate::testing::{Backend, TestDatabase};

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    fn filter(objects: Option<Vec<(FeedKind, Uuid)>>) -> FeedFilter {
        FeedFilter {
            audiences: ["all", "de"].map(|name| name.parse().unwrap()).into(),
            subject_type: 1,
            kinds: vec![FeedKind::Member, FeedKind::Entry],
            objects,
            versions: FeedVersions {
                last: true,
                ..FeedVersions::default()
            },
        }
    }

    fn plan(statement: &str) -> String {
        let database = TestDatabase::on(Backend::Sqlite);
        let (statement, _) = statement.split_once(" -- binds").unwrap();
        let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"));
        let steps: Vec<Step> = database
            .store()
            .db
            .read(|link| match link {
                Link::Sqlite(conn, _) => Ok(explain.load(*conn)?),
                Link::Postgres(..) => unreachable!(),
            })
            .unwrap();
        let steps: Vec<_> = steps.into_iter().map(|step| step.detail).collect();
        steps.join("\n")
    }

    #[test]
    fn a_page_is_read_in_its_order_and_not_sorted_out_of_the_rest_of_the_feed() {
        let filter = filter(None);
        let asked = filter.asked(Timestamp::default(), 101);
        let plan = plan(&diesel::debug_query::<Sqlite, _>(&merged!(&asked)).to_string());
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        assert_eq!(
            plan.matches("regulator_feed_by_subject (subject_type=? AND added>?)")
                .count(),
            2,
            "{plan}"
        );
    }

    #[test]
    fn named_objects_are_found_by_their_ids() {
        for objects in [1, 100] {
            let ids = (0..objects).map(|number| (FeedKind::Entry, Uuid::from_u128(number)));
            let filter = filter(Some(ids.collect()));
            let asked = filter.asked(Timestamp::default(), 101);
            let plan = plan(&diesel::debug_query::<Sqlite, _>(&named!(&asked, &filter)).to_string());
            assert!(
                plan.contains(
                    "SEARCH regulator_feed USING INDEX sqlite_autoindex_regulator_feed_1 (object_id=?"
                ),
                "{plan}"
            );
            assert!(!plan.contains("by_subject"), "{plan}");
        }
    }
}
