use diesel::prelude::*;
use diesel::sql_types::Bool;
use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::columns::{limit, micros};
use crate::database::query;
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
        let audiences: Vec<&str> = filter.audiences.iter().map(Audience::as_str).collect();
        let kinds: Vec<i16> = filter.kinds.iter().map(|kind| kind.number()).collect();
        let exact: Vec<i64> = filter.versions.exact.iter().copied().map(micros).collect();
        let (any, first, last) = (filter.versions.all, filter.versions.first, filter.versions.last);
        let (definitions, members, entries, software) = (
            filter.ids(FeedKind::Definition),
            filter.ids(FeedKind::Member),
            filter.ids(FeedKind::Entry),
            filter.ids(FeedKind::Software),
        );
        self.db.read(|link| {
            Ok(query!(link, |conn| {
                let mut page = regulator_feed::table
                    .filter(regulator_feed::added.gt(micros(after)))
                    .filter(
                        regulator_feed::subject_type
                            .is_null()
                            .or(regulator_feed::subject_type.eq(filter.subject_type)),
                    )
                    .filter(regulator_feed::audience.eq_any(&audiences))
                    .filter(regulator_feed::kind.eq_any(&kinds))
                    .filter(
                        any.into_sql::<Bool>()
                            .or(last.into_sql::<Bool>().and(regulator_feed::superseded.is_null()))
                            .or(first
                                .into_sql::<Bool>()
                                .and(regulator_feed::modified.eq(regulator_feed::created)))
                            .or(regulator_feed::modified.eq_any(&exact)),
                    )
                    .order(regulator_feed::added)
                    .limit(limit(rows))
                    .select(FeedRow::as_select())
                    .into_boxed();
                if filter.objects.is_some() {
                    let of = |kind: FeedKind| regulator_feed::kind.eq(kind.number());
                    page = page.filter(
                        of(FeedKind::Definition)
                            .and(regulator_feed::object_id.eq_any(&definitions))
                            .or(of(FeedKind::Member).and(regulator_feed::object_id.eq_any(&members)))
                            .or(of(FeedKind::Entry).and(regulator_feed::object_id.eq_any(&entries)))
                            .or(of(FeedKind::Software).and(regulator_feed::object_id.eq_any(&software))),
                    );
                }
                page.load(conn)
            })?)
        })
    }
}

impl FeedFilter {
    fn ids(&self, kind: FeedKind) -> Vec<&[u8]> {
        let wanted = self.objects.iter().flatten();
        wanted
            .filter(|(of, _)| *of == kind)
            .map(|(_, id)| id.as_bytes().as_slice())
            .collect()
    }
}
