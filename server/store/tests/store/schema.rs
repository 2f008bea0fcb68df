//! Reads a database's schema in a form in which SQLite and PostgreSQL can be compared.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use lianfang_store::testing::{Backend, TestDatabase};

/// `table.column class null? default?`, `table unique? (columns) where?`, `table (column) references …` and
/// `view shows (columns)`, one line each.
pub(crate) fn of(database: &TestDatabase) -> BTreeSet<String> {
    let url = &database.settings().url;
    let (indexes, views): (Vec<Index>, Vec<View>) = match database.backend() {
        Backend::Sqlite => {
            let mut conn = sqlite_connection(url);
            let indexes = diesel::sql_query(SQLITE_INDEXES).load(&mut conn);
            (
                indexes.unwrap(),
                diesel::sql_query(SQLITE_VIEWS).load(&mut conn).unwrap(),
            )
        }
        Backend::Postgres => {
            let mut conn = PgConnection::establish(url).unwrap();
            let indexes = diesel::sql_query(POSTGRES_INDEXES).load(&mut conn);
            (
                indexes.unwrap(),
                diesel::sql_query(POSTGRES_VIEWS).load(&mut conn).unwrap(),
            )
        }
    };
    let indexes = indexes.iter().filter(|index| is_ours(&index.owner)).map(of_index);
    let views = views
        .iter()
        .map(|view| format!("{} shows ({})", view.owner, view.columns));
    let keys = foreign_keys(database);
    columns(database)
        .iter()
        .map(of_column)
        .chain(indexes)
        .chain(keys.iter().map(of_key))
        .chain(views)
        .collect()
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

/// Every column of every table, in the order of the columns.
pub(crate) fn columns(database: &TestDatabase) -> Vec<Column> {
    let url = &database.settings().url;
    let columns: Vec<Column> = match database.backend() {
        Backend::Sqlite => diesel::sql_query(SQLITE_COLUMNS).load(&mut sqlite_connection(url)),
        Backend::Postgres => {
            diesel::sql_query(POSTGRES_COLUMNS).load(&mut PgConnection::establish(url).unwrap())
        }
    }
    .unwrap();
    let ours = columns.into_iter().filter(|column| is_ours(&column.owner));
    ours.collect()
}

/// Every reference from one table to another.
pub(crate) fn foreign_keys(database: &TestDatabase) -> Vec<ForeignKey> {
    let url = &database.settings().url;
    match database.backend() {
        Backend::Sqlite => diesel::sql_query(SQLITE_FOREIGN_KEYS).load(&mut sqlite_connection(url)),
        Backend::Postgres => {
            diesel::sql_query(POSTGRES_FOREIGN_KEYS).load(&mut PgConnection::establish(url).unwrap())
        }
    }
    .unwrap()
}

#[derive(QueryableByName, Clone)]
pub(crate) struct Column {
    #[diesel(sql_type = Text)]
    pub(crate) owner: String,
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    #[diesel(sql_type = Text)]
    pub(crate) class: String,
    #[diesel(sql_type = Bool)]
    pub(crate) nullable: bool,
    #[diesel(sql_type = Nullable<Text>)]
    default_value: Option<String>,
}

/// Column `name` of `owner` stands for a row of `table`.
#[derive(QueryableByName)]
pub(crate) struct ForeignKey {
    #[diesel(sql_type = Text)]
    pub(crate) owner: String,
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    #[diesel(sql_type = Text)]
    pub(crate) table: String,
    #[diesel(sql_type = Text)]
    pub(crate) target: String,
    #[diesel(sql_type = Text)]
    on_delete: String,
}

#[derive(QueryableByName)]
struct View {
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Text)]
    columns: String,
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

const SQLITE_COLUMNS: &str = "
    SELECT m.name AS owner, c.name AS name, c.type AS class, NOT c.\"notnull\" AS nullable,
        c.dflt_value AS default_value
    FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid";
const SQLITE_INDEXES: &str = "
    SELECT m.name AS owner, i.\"unique\" AS is_unique, i.partial AS is_partial,
        (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
            AS columns
    FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table'
    UNION ALL
    SELECT m.name, 1, 0, c.name FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.pk = 1 AND c.type = 'INTEGER'
        AND (SELECT count(*) FROM pragma_table_info(m.name) WHERE pk > 0) = 1";
const SQLITE_FOREIGN_KEYS: &str = "
    SELECT m.name AS owner, f.\"from\" AS name, f.\"table\" AS \"table\", f.\"to\" AS target,
        lower(f.on_delete) AS on_delete
    FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
const SQLITE_VIEWS: &str = "
    SELECT m.name AS owner,
        (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_table_info(m.name) ORDER BY cid)) AS columns
    FROM sqlite_master m WHERE m.type = 'view'";

const POSTGRES_COLUMNS: &str = "
    SELECT table_name::text AS owner, column_name::text AS name, data_type::text AS class,
        is_nullable = 'YES' AS nullable, column_default::text AS default_value
    FROM information_schema.columns WHERE table_schema = 'public'
        AND table_name NOT IN (SELECT table_name FROM information_schema.views WHERE table_schema = 'public')
    ORDER BY table_name, ordinal_position";
const POSTGRES_INDEXES: &str = "
    SELECT t.relname::text AS owner, i.indisunique::int::bigint AS is_unique,
        (i.indpred IS NOT NULL)::int::bigint AS is_partial,
        (SELECT string_agg(a.attname, ',' ORDER BY k.place)
         FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number)::text AS columns
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace";
const POSTGRES_FOREIGN_KEYS: &str = "
    SELECT t.relname::text AS owner, a.attname::text AS name, r.relname::text AS \"table\", b.attname::text AS target,
        CASE c.confdeltype WHEN 'a' THEN 'no action' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
            WHEN 'r' THEN 'restrict' ELSE 'set default' END AS on_delete
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
        CROSS JOIN unnest(c.conkey, c.confkey) AS k (own, theirs)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.own
        JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.theirs
    WHERE c.contype = 'f' AND t.relnamespace = 'public'::regnamespace";
const POSTGRES_VIEWS: &str = "
    SELECT v.table_name::text AS owner, string_agg(c.column_name, ',' ORDER BY c.ordinal_position)::text AS columns
    FROM information_schema.views v
        JOIN information_schema.columns c ON c.table_schema = v.table_schema AND c.table_name = v.table_name
    WHERE v.table_schema = 'public' GROUP BY v.table_name";

pub(crate) fn sqlite_connection(url: &str) -> SqliteConnection {
    SqliteConnection::establish(url.trim_start_matches("sqlite:")).unwrap()
}

fn of_column(column: &Column) -> String {
    let null = if column.nullable { "null" } else { "not null" };
    let default = column.default_value.as_deref().map(default).unwrap_or_default();
    format!(
        "{}.{} {} {null}{default}",
        column.owner,
        column.name,
        class(&column.class)
    )
}

fn of_index(index: &Index) -> String {
    let unique = if index.is_unique == 1 { "unique " } else { "" };
    let partial = if index.is_partial == 1 { " where" } else { "" };
    format!("{} {unique}({}){partial}", index.owner, index.columns)
}

fn of_key(key: &ForeignKey) -> String {
    format!(
        "{} ({}) references {} ({}), on delete {}",
        key.owner, key.name, key.table, key.target, key.on_delete
    )
}

/// PostgreSQL names the type of a default, SQLite repeats what the migration says.
fn default(value: &str) -> String {
    let value = value
        .split("::")
        .next()
        .unwrap_or(value)
        .trim_matches('\'')
        .to_lowercase();
    format!(" default {value}")
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
