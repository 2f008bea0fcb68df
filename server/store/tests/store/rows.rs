//! Rows for tables that are known only from the database itself, so that a migration which isn't written yet is tried on
//! rows too.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use lianfang_store::testing::{Backend, TestDatabase};

use crate::schema::{self, Column, ForeignKey};

/// Rows of each table as text, in order.
pub(crate) type Rows = BTreeMap<String, Vec<String>>;

/// Columns of each table, in their order.
pub(crate) type Tables = BTreeMap<String, Vec<Column>>;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The tables that are there now.
pub(crate) fn tables(database: &TestDatabase) -> Tables {
    let mut tables = Tables::new();
    for column in schema::columns(database) {
        tables.entry(column.owner.clone()).or_default().push(column);
    }
    tables
}

/// Puts three rows into each of `tables`: of small numbers, of others, and one with NULL wherever that may stand.
pub(crate) fn fill(database: &TestDatabase, tables: &Tables) {
    let keys = schema::foreign_keys(database);
    let is_child = |table: &&String| keys.iter().any(|key| key.owner == **table);
    let (children, parents): (Vec<_>, Vec<_>) = tables.keys().partition(is_child);
    for table in parents.into_iter().chain(children) {
        let columns = &tables[table];
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        for seed in 0..3 {
            let value = |column: &Column| value(database.backend(), &keys, column, seed);
            let values: Vec<_> = columns.iter().map(value).collect();
            let (names, values) = (names.join(", "), values.join(", "));
            database.execute(&format!("INSERT INTO {table} ({names}) VALUES ({values})"));
        }
    }
}

/// What stands in those columns, of every row.
pub(crate) fn rows(database: &TestDatabase, tables: &Tables) -> Rows {
    let rows = |(table, columns): (&String, &Vec<Column>)| {
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        (table.clone(), lines(database, table, &names))
    };
    tables.iter().map(rows).collect()
}

/// The same of one table or view, or of a part of it.
pub(crate) fn lines(database: &TestDatabase, from: &str, columns: &[&str]) -> Vec<String> {
    let url = &database.settings().url;
    let found: Vec<Line> = match database.backend() {
        Backend::Sqlite => {
            let quoted: Vec<_> = columns.iter().map(|name| format!("quote({name})")).collect();
            let sql = format!("SELECT {} AS line FROM {from}", quoted.join(" || ',' || "));
            diesel::sql_query(sql).load(&mut schema::sqlite_connection(url))
        }
        Backend::Postgres => {
            let sql = format!("SELECT ROW({})::text AS line FROM {from}", columns.join(", "));
            let mut conn = PgConnection::establish(url).unwrap();
            conn.batch_execute("SET bytea_output = 'hex'").unwrap();
            diesel::sql_query(sql).load(&mut conn)
        }
    }
    .unwrap();
    let mut lines: Vec<_> = found.into_iter().map(|found| found.line).collect();
    lines.sort();
    lines
}

fn value(backend: Backend, keys: &[ForeignKey], column: &Column, seed: usize) -> String {
    if column.nullable && seed == 2 {
        return "NULL".to_owned();
    }
    let refers = |key: &&ForeignKey| key.owner == column.owner && key.name == column.name;
    let referred = keys.iter().find(refers);
    let (owner, name) = referred.map_or((&column.owner, &column.name), |key| (&key.table, &key.target));
    match (column.class.as_str(), backend) {
        ("TEXT" | "text", _) => format!("'{owner}.{name}.{seed}'"),
        ("BLOB" | "bytea", Backend::Sqlite) => format!("X'{}'", bytes(owner, seed)),
        ("BLOB" | "bytea", Backend::Postgres) => format!("'\\x{}'", bytes(owner, seed)),
        ("boolean", _) => (seed > 0).to_string(),
        _ => seed.to_string(),
    }
}

/// As many as an id has, and no two tables the same.
fn bytes(owner: &str, seed: usize) -> String {
    let name: String = owner.bytes().take(15).map(|byte| format!("{byte:02x}")).collect();
    format!("{name:0<30}{seed:02x}")
}
