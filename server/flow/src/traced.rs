/// Target of the spans that an operator may have exported as traces, and of nothing else. They say what was done, how
/// often and with which other member: never an identifier, a token, a reference or anything else of a subject.
pub const TRACE: &str = "lianfang::trace";

/// How many there are, as a span's field.
pub(crate) fn count<T>(things: &[T]) -> i64 {
    i64::try_from(things.len()).unwrap_or(i64::MAX)
}
