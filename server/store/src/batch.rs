/// Rows per statement: with at most 23 columns they stay below the 32,766 values that SQLite binds.
pub(crate) const BATCH: usize = 500;

/// Splits rows into what one statement can hold.
pub(crate) fn batches<T>(rows: impl IntoIterator<Item = T>) -> impl Iterator<Item = Vec<T>> {
    let mut rest = rows.into_iter();
    std::iter::from_fn(move || {
        let batch: Vec<T> = rest.by_ref().take(BATCH).collect();
        (!batch.is_empty()).then_some(batch)
    })
}

/// Inserts rows within a function that returns [`crate::StoreError`]. SQLite gets one prepared statement again and again:
/// to parse a statement of many rows costs it more than to write them. A server, which is a round trip away, gets many
/// rows in a statement.
macro_rules! insert_rows {
    ($link:expr, $table:expr, $rows:expr) => {
        $crate::batch::insert_rows!($link, $table, $rows, |insert| insert)
    };
    // With what is said about rows that are there already.
    ($link:expr, $table:expr, $rows:expr, |$insert:ident| $whole:expr) => {
        match $link {
            $crate::database::Link::Sqlite(conn, statements) => {
                for row in $rows {
                    statements.admit()?;
                    let $insert = diesel::insert_into($table).values(row);
                    $whole.execute(*conn)?;
                }
            }
            $crate::database::Link::Postgres(conn, statements) => {
                for rows in $crate::batch::batches($rows) {
                    statements.admit()?;
                    let $insert = diesel::insert_into($table).values(rows);
                    $whole.execute(*conn)?;
                }
            }
        }
    };
}
pub(crate) use insert_rows;
