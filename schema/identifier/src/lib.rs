//! Kinds of identifiers and the rules that turn a raw value into canonical bytes (PROTOCOL.md §1).
//!
//! Matching happens on tokens of canonical forms, so recall is decided here, and so are wrongful bans. The crate
//! reads no file, no clock and no network; its tables are embedded and immutable.
//!
//! ```
//! use lianfang_identifier::{canonicalise, Region};
//!
//! let forms = canonicalise("phone_cn".parse()?, "手机：186-1502-0612", None)?;
//! assert_eq!(forms[0].value, "+8618615020612");
//!
//! let reject = canonicalise("cn_uscc".parse()?, "91350100M000100Y44", Some(Region::CN)).unwrap_err();
//! assert_eq!(reject.code(), "check_digit");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod canonical;
mod checksum;
mod country;
mod deny;
mod explain;
mod input;
mod jsonl;
mod kind;
mod normalise;
mod region;
mod reject;
mod render;
mod reserved;
mod rules;
mod table;
mod text;
mod trace;

pub use canonical::{Canonical, Caution, Check};
pub use deny::DENY_LISTS_VERSION;
pub use explain::{Language, explain, explain_text};
pub use input::InputKind;
pub use jsonl::{LONGEST_RECORD, canonical_jsonl};
pub use kind::{Class, Effect, Kind, Level, Strength, UnknownKind};
pub use region::{NoRegion, Region};
pub use reject::Reject;
pub use render::kinds_text;
pub use reserved::{TEST_DOMAIN, TestOutcome, reserved_test, reserved_tests};
pub use rules::{Agreement, Rules, agree, deny_lists_digest, rules, versions};
pub use table::{KindInfo, info, kinds};
pub use trace::Step;

pub(crate) use trace::Trace;

/// The canonical forms of a raw value, under the rules in force.
///
/// `region` is the caller's default for values without a country; a preset such as `phone_cn` wins over it. One
/// value may lead to several forms, of other kinds too: a unified social credit code holds an organisation code.
///
/// # Errors
/// A [`Reject`] with a stable code when the value has no form; a failed check digit is never repaired.
pub fn canonicalise(kind: InputKind, value: &str, region: Option<Region>) -> Result<Vec<Canonical>, Reject> {
    normalise::run(kind, value, region, &mut Trace::off())
}

/// The canonical forms of a raw value under every version of the rules that is built in: what is published and
/// screened, so that nodes on both sides of a migration find each other. One version, and then the same as
/// [`canonicalise`], unless a migration is under way.
///
/// # Errors
/// As [`canonicalise`], when no version reads the value.
pub fn canonicalise_all(
    kind: InputKind,
    value: &str,
    region: Option<Region>,
) -> Result<Vec<Canonical>, Reject> {
    let mut forms = canonicalise(kind, value, region);
    let newest = info(kind.kind()).norm_version;
    for older in rules::numbers(kind.kind()).filter(|number| *number != newest) {
        if let Ok(more) = canonicalise_version(kind, older, value, region) {
            forms = Ok(forms.unwrap_or_default().into_iter().chain(more).collect());
        }
    }
    forms
}

/// [`canonicalise`] under a given version of the rules, for the time of a migration when two are published.
///
/// # Errors
/// [`Reject::UnsupportedVersion`] when that version is not built in, else as [`canonicalise`].
pub fn canonicalise_version(
    kind: InputKind,
    norm_version: u8,
    value: &str,
    region: Option<Region>,
) -> Result<Vec<Canonical>, Reject> {
    if rules::numbers(kind.kind()).any(|number| number == norm_version) {
        canonicalise(kind, value, region)
    } else {
        Err(Reject::UnsupportedVersion)
    }
}
