use diesel::RunQueryDsl;
use diesel::sql_types::{Integer, Text};
use lianfang_encoding::NodeId;

use crate::database::Link;
use crate::{ListKey, StoreError};

/// What must not happen twice at once although no row stands for it yet.
pub(crate) enum Lock<'a> {
    Migrations,
    Membership,
    List(&'a ListKey),
    DigestsTaken(&'a NodeId),
    Alerts,
    Job(&'a str),
}

/// Keeps other replicas out until the transaction ends. The one writer of a SQLite file is alone already.
pub(crate) fn lock(link: &mut Link<'_>, lock: Lock<'_>) -> Result<(), StoreError> {
    if let Link::Postgres(conn, statements) = link {
        statements.admit()?;
        let (class, name) = match lock {
            Lock::Migrations => (1, String::new()),
            Lock::Membership => (2, String::new()),
            Lock::Alerts => (4, String::new()),
            Lock::Job(name) => (5, name.to_owned()),
            Lock::DigestsTaken(publisher) => (6, publisher.to_string()),
            Lock::List(list) => (
                3,
                format!(
                    "{}/{}/{}/{}",
                    list.publisher, list.audience, list.subject_type, list.epoch
                ),
            ),
        };
        diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext($2))")
            .bind::<Integer, _>(class)
            .bind::<Text, _>(name)
            .execute(*conn)?;
    }
    Ok(())
}
