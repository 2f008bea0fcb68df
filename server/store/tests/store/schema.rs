//! Reads a database's schema in a form in which SQLite and PostgreSQL can be compared.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use lianfang_store::testing::{Backend, TestDatabase};

/// `table.column class null?` and `table unique? (columns) where?`, one line each.
pub(crate) fn of(database: &TestDatabase) -> BTreeSet<String> {
    match database.backend() {
        Backend::Sqlite => sqlite(&database.settings().url),
        Backend::Postgres => postgres(&database.settings().url),
    }
}

/// Tables without a row.
pub(crate) fn empty_tables(database: &TestDatabase) -> Vec<String> {
    let tables: BTreeSet<String> = of(database)
        .iter()
        .filter_map(|line| Some(line.split_once(['.', ' '])?.0.to_owned()))
        .collect();
    let empty = |table: &String| {
        let count = diesel::sql_query(format!("SELECT count(*) AS rows FROM {table}"));
        let url = &database.settings().url;
        let rows: Rows = match database.backend() {
            Backend::Sqlite => count.get_result(&mut sqlite_connection(url)),
            Backend::Postgres => count.get_result(&mut PgConnection::establish(url).unwrap()),
        }
        .unwrap();
        rows.rows == 0
    };
    tables.into_iter().filter(empty).collect()
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    class: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = BigInt)]
    is_unique: i64,
    #[diesel(sql_type = BigInt)]
    is_partial: i64,
    #[diesel(sql_type = Text)]
    columns: String,
}

fn sqlite(url: &str) -> BTreeSet<String> {
    let mut conn = sqlite_connection(url);
    let columns = "
        SELECT m.name AS owner, c.name AS name, c.type AS class, NOT c.\"notnull\" AS nullable
        FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'";
    let indexes = "
        SELECT m.name AS owner, i.\"unique\" AS is_unique, i.partial AS is_partial,
            (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
                AS columns
        FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table'
        UNION ALL
        SELECT m.name, 1, 0, c.name FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND c.pk = 1 AND c.type = 'INTEGER'
            AND (SELECT count(*) FROM pragma_table_info(m.name) WHERE pk > 0) = 1";
    let columns: Vec<Column> = diesel::sql_query(columns).load(&mut conn).unwrap();
    let indexes: Vec<Index> = diesel::sql_query(indexes).load(&mut conn).unwrap();
    lines(columns, indexes)
}

fn sqlite_connection(url: &str) -> SqliteConnection {
    SqliteConnection::establish(url.trim_start_matches("sqlite:")).unwrap()
}

fn postgres(url: &str) -> BTreeSet<String> {
    let mut conn = PgConnection::establish(url).unwrap();
    let columns = "
        SELECT table_name::text AS owner, column_name::text AS name, data_type::text AS class,
            is_nullable = 'YES' AS nullable
        FROM information_schema.columns WHERE table_schema = 'public'
            AND table_name NOT IN (SELECT table_name FROM information_schema.views WHERE table_schema = 'public')";
    let indexes = "
        SELECT t.relname::text AS owner, i.indisunique::int::bigint AS is_unique,
            (i.indpred IS NOT NULL)::int::bigint AS is_partial,
            (SELECT string_agg(a.attname, ',' ORDER BY k.place)
             FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number)::text AS columns
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
        WHERE t.relnamespace = 'public'::regnamespace";
    let columns: Vec<Column> = diesel::sql_query(columns).load(&mut conn).unwrap();
    let indexes: Vec<Index> = diesel::sql_query(indexes).load(&mut conn).unwrap();
    lines(columns, indexes)
}

fn lines(columns: Vec<Column>, indexes: Vec<Index>) -> BTreeSet<String> {
    let columns = columns
        .into_iter()
        .filter(|column| is_ours(&column.owner))
        .map(|column| {
            let null = if column.nullable { "null" } else { "not null" };
            format!("{}.{} {} {null}", column.owner, column.name, class(&column.class))
        });
    let indexes = indexes
        .into_iter()
        .filter(|index| is_ours(&index.owner))
        .map(|index| {
            let unique = if index.is_unique == 1 { "unique " } else { "" };
            let partial = if index.is_partial == 1 { " where" } else { "" };
            format!("{} {unique}({}){partial}", index.owner, index.columns)
        });
    columns.chain(indexes).collect()
}

/// diesel keeps a table of its own.
fn is_ours(table: &str) -> bool {
    !table.starts_with("__diesel") && !table.starts_with("sqlite_")
}

/// SQLite has one class for every number.
fn class(name: &str) -> &'static str {
    match name {
        "INTEGER" | "bigint" | "integer" | "smallint" | "boolean" => "number",
        "TEXT" | "text" => "text",
        "BLOB" | "bytea" => "bytes",
        other => panic!("a column of type {other}"),
    }
}
