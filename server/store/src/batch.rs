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
