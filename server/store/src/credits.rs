//! What a member may have evaluated here once, beside its budget: a person granted it for what it announced.

use diesel::prelude::*;
use lianfang_encoding::{NodeId, Timestamp};

use crate::audit;
use crate::columns::{At, Count, NodeName, count, micros};
use crate::database::{Link, first_locked, query};
use crate::schema::token_credits;
use crate::{AuditRow, Store, StoreError};

/// A credit that is to be added to what stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredit {
    pub member: NodeId,
    pub class: i16,
    pub elements: u64,
    /// From then on it counts for nothing.
    pub until: Timestamp,
    /// No more elements may stand afterwards.
    pub most: u64,
}

/// What stands of a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit {
    /// Elements.
    pub left: u64,
    /// When something was last added.
    pub granted_at: Timestamp,
    /// From then on it counts for nothing.
    pub until: Timestamp,
}

/// What became of a credit that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credited {
    /// It stands, now or since an earlier call under the same id of the audit row.
    Standing(Credit),
    /// Nothing was added: together with the `left` elements it would be more than may stand.
    TooMuch { left: u64 },
}

/// The credit of a member for a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditLeft {
    pub member: NodeId,
    pub class: i16,
    pub credit: Credit,
}

impl Store {
    /// Adds to the credit of a member for a class, with the line of the audit log. What is left of an earlier one stays,
    /// and lasts as long as the longer of the two. An audit row that is there already says that this was done before.
    ///
    /// # Errors
    /// Those of any write; nothing is written then.
    pub fn credit(&self, new: &NewCredit, now: Timestamp, line: AuditRow) -> Result<Credited, StoreError> {
        self.db.write(|link| {
            let standing = lock_or_begin(link, new, now)?;
            if audit::holds(link, line.id)? {
                return Ok(Credited::Standing(standing));
            }
            let left = standing.counting(now).map_or(0, |credit| credit.left);
            let sum = left.saturating_add(new.elements);
            if sum > new.most {
                return Ok(Credited::TooMuch { left });
            }
            let earlier = standing.counting(now).map(|credit| credit.until);
            let credit = Credit {
                left: sum,
                granted_at: now,
                until: earlier.map_or(new.until, |earlier| earlier.max(new.until)),
            };
            put(link, new, &credit)?;
            audit::append(link, line)?;
            Ok(Credited::Standing(credit))
        })
    }

    /// Ends the credit of a member for a class, with the line of the audit log that `line` makes of the elements that were
    /// left, 0 when none counted. Returns them. What was drawn stays drawn.
    ///
    /// # Errors
    /// Those of any write; the credit stands then.
    pub fn withdraw_credit(
        &self,
        member: &NodeId,
        class: i16,
        now: Timestamp,
        line: impl FnOnce(u64) -> AuditRow,
    ) -> Result<u64, StoreError> {
        self.db.write(|link| {
            let left = lock(link, member, class, now)?.map_or(0, |credit| credit.left);
            query!(link, |conn| diesel::delete(
                token_credits::table.find((member.as_str(), class))
            )
            .execute(conn))?;
            audit::append(link, line(left))?;
            Ok(left)
        })
    }

    /// Every credit that was granted and isn't forgotten, as it counts at `now`: nothing is left of one that has expired.
    ///
    /// # Errors
    /// Those of any read.
    pub fn credits(&self, now: Timestamp) -> Result<Vec<CreditLeft>, StoreError> {
        let rows: Vec<(NodeName, i16, Row)> = self.db.read(|link| {
            Ok(query!(link, |conn| token_credits::table
                .order((token_credits::member, token_credits::class))
                .select((token_credits::member, token_credits::class, COLUMNS))
                .load(conn))?)
        })?;
        let credits = rows.into_iter().map(|(member, class, row)| {
            let credit = Credit::from(row);
            let left = credit.counting(now).map_or(0, |credit| credit.left);
            CreditLeft {
                member: member.into(),
                class,
                credit: Credit { left, ..credit },
            }
        });
        Ok(credits.collect())
    }

    /// Forgets credits that had expired by `before`. Returns how many there were.
    ///
    /// # Errors
    /// Those of any write.
    pub fn forget_credits(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.db.write(|link| {
            let expired = token_credits::table.filter(token_credits::expires_at.le(micros(before)));
            Ok(query!(link, |conn| diesel::delete(expired).execute(conn))?)
        })
    }
}

type Row = (Count, At, At);

const COLUMNS: (
    token_credits::elements,
    token_credits::granted_at,
    token_credits::expires_at,
) = (
    token_credits::elements,
    token_credits::granted_at,
    token_credits::expires_at,
);

impl From<Row> for Credit {
    fn from((left, granted_at, until): Row) -> Self {
        Self {
            left: left.into(),
            granted_at: granted_at.into(),
            until: until.into(),
        }
    }
}

impl Credit {
    /// Itself, if something of it counts at `now`.
    fn counting(self, now: Timestamp) -> Option<Self> {
        (self.left > 0 && now < self.until).then_some(self)
    }
}

/// The credit that counts at `now`, locked until the transaction ends.
pub(crate) fn lock(
    link: &mut Link<'_>,
    member: &NodeId,
    class: i16,
    now: Timestamp,
) -> Result<Option<Credit>, StoreError> {
    Ok(locked(link, member, class)?.and_then(|credit| credit.counting(now)))
}

/// Takes `elements` from a credit that is locked and has as many.
pub(crate) fn draw(
    link: &mut Link<'_>,
    member: &NodeId,
    class: i16,
    elements: u64,
) -> Result<(), StoreError> {
    query!(link, |conn| diesel::update(
        token_credits::table.find((member.as_str(), class))
    )
    .set(token_credits::elements.eq(token_credits::elements - count(elements)))
    .execute(conn))?;
    Ok(())
}

/// Forgets every credit: nobody knows what was drawn.
pub(crate) fn forget_all(link: &mut Link<'_>) -> Result<(), StoreError> {
    query!(link, |conn| diesel::delete(token_credits::table).execute(conn))?;
    Ok(())
}

/// Makes sure that the credit has a row, and locks it against other replicas.
fn lock_or_begin(link: &mut Link<'_>, new: &NewCredit, now: Timestamp) -> Result<Credit, StoreError> {
    query!(link, |conn| diesel::insert_into(token_credits::table)
        .values((
            token_credits::member.eq(new.member.as_str()),
            token_credits::class.eq(new.class),
            token_credits::elements.eq(0),
            token_credits::granted_at.eq(micros(now)),
            token_credits::expires_at.eq(micros(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    locked(link, &new.member, new.class)?.ok_or(StoreError::Busy)
}

fn locked(link: &mut Link<'_>, member: &NodeId, class: i16) -> Result<Option<Credit>, StoreError> {
    let row: QueryResult<Row> = first_locked!(
        link,
        token_credits::table
            .find((member.as_str(), class))
            .select(COLUMNS)
    );
    Ok(row.optional()?.map(Credit::from))
}

fn put(link: &mut Link<'_>, new: &NewCredit, credit: &Credit) -> Result<(), StoreError> {
    query!(link, |conn| diesel::update(
        token_credits::table.find((new.member.as_str(), new.class))
    )
    .set((
        token_credits::elements.eq(count(credit.left)),
        token_credits::granted_at.eq(micros(credit.granted_at)),
        token_credits::expires_at.eq(micros(credit.until)),
    ))
    .execute(conn))?;
    Ok(())
}
