use lianfang_encoding::Class;
use serde::Deserialize;

/// Token buckets that a committee member keeps per (member, class), in elements (PROTOCOL.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budgets {
    pub organisation: Budget,
    pub person: Budget,
    pub goods: Budget,
}

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Elements a full bucket holds.
    pub capacity: u64,
    /// Elements that flow in over a day.
    pub refill_per_day: u64,
}

impl Default for Budgets {
    fn default() -> Self {
        let of = |elements| Budget {
            capacity: elements,
            refill_per_day: elements,
        };
        Self {
            organisation: of(16_000),
            person: of(50_000),
            goods: of(16_000),
        }
    }
}

impl Budgets {
    /// The bucket of a class.
    pub fn of(&self, class: Class) -> Budget {
        match class {
            Class::Organisation => self.organisation,
            Class::Person => self.person,
            Class::Goods => self.goods,
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let empty = Class::ALL.iter().find(|class| self.of(**class).capacity == 0);
        match empty {
            Some(class) => Err(format!(
                "budgets.{class}: a bucket without capacity answers nobody"
            )),
            None => Ok(()),
        }
    }
}
