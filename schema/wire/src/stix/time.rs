use std::fmt;

use chrono::SecondsFormat;
use lianfang_encoding::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time with exactly three digits behind the second, as STIX 2.1 §3.2 asks of `created` and `modified`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StixTime(Timestamp);

impl StixTime {
    /// The time itself, in whole milliseconds.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for StixTime {
    /// Drops what is below a millisecond.
    fn from(time: Timestamp) -> Self {
        Self(Timestamp::from_micros(time.as_micros() / 1_000 * 1_000))
    }
}

impl fmt::Display for StixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_datetime().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for StixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for StixTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StixTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_three_digits_and_z() {
        let time = StixTime::from(Timestamp::from_micros(1_763_712_000_123_999));
        assert_eq!(time.to_string(), "2025-11-21T08:00:00.123Z");
        let text = serde_json::to_string(&time).unwrap();
        assert_eq!(serde_json::from_str::<StixTime>(&text).unwrap(), time);
    }
}
