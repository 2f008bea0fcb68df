use std::error::Error;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Reads a word of a vocabulary. Whoever gives another is told which there are.
pub(super) fn one_of<T>(words: &[T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + FromStr<Err: Error + Send + Sync + 'static> + Send + Sync + 'static,
{
    let words = words.iter().map(|word| PossibleValue::new(name(*word)));
    PossibleValuesParser::new(words).try_map(|text| text.parse())
}
