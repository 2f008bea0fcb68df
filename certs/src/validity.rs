use std::time::Duration;

use lianfang_encoding::Timestamp;
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;

use crate::CertError;
use crate::error::library;

const DAY: u64 = 86_400;
/// How far a new certificate's start lies back, for peers whose clocks are a little behind.
const SKEW: Duration = Duration::from_secs(300);

/// The span of a certificate or list that starts now and lasts between an hour and `max_days`.
pub(crate) struct Validity {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

impl Validity {
    pub(crate) fn new(now: Timestamp, length: Duration, max_days: u64) -> Result<Self, CertError> {
        if length < Duration::from_secs(3_600) || length > Duration::from_secs(max_days * DAY) {
            return Err(CertError::Validity(max_days));
        }
        let (from, until) = (now - SKEW, now + length);
        Ok(Self { from, until })
    }
}

pub(crate) fn to_asn1(time: Timestamp) -> Result<Asn1Time, ErrorStack> {
    Asn1Time::from_unix(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

pub(crate) fn from_asn1(time: &Asn1TimeRef) -> Result<Timestamp, CertError> {
    let epoch = Asn1Time::from_unix(0).map_err(library)?;
    let since = epoch.diff(time).map_err(|_| CertError::Malformed("a time"))?;
    let secs = i64::from(since.days) * DAY.cast_signed() + i64::from(since.secs);
    u64::try_from(secs)
        .map(Timestamp::from_secs)
        .map_err(|_| CertError::Malformed("a time after 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_survives_asn1_on_both_sides_of_2050() {
        for secs in [0, 1_795_000_000, 2_524_607_999, 2_524_608_000, 4_000_000_000] {
            let time = Timestamp::from_secs(secs);
            assert_eq!(from_asn1(&to_asn1(time).unwrap()), Ok(time));
        }
    }

    #[test]
    fn a_span_is_neither_empty_nor_endless() {
        let now = Timestamp::from_secs(1_795_000_000);
        assert!(Validity::new(now, Duration::ZERO, 10).is_err());
        assert!(Validity::new(now, Duration::from_secs(10 * DAY), 10).is_ok());
        assert!(Validity::new(now, Duration::from_secs(10 * DAY + 1), 10).is_err());
    }
}
