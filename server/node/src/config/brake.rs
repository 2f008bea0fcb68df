use lianfang_domain::brake::BrakeRule;
use serde::Deserialize;

/// When a publisher's digests wait for a person, counted over 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Brake {
    /// Subjects hit, per million looked up; 1,000,000 never brakes.
    pub hits_per_million: u64,
    /// Fewer hits than this are chance.
    pub least_hits: u64,
    /// So many hits without a record more than chance explains brake.
    pub least_unfounded: u64,
    /// Growth of a day that is nobody's concern, in identifiers.
    pub free_growth: u64,
    /// Times its average day that a publisher may grow in one.
    pub growth_factor: u64,
}

impl Default for Brake {
    fn default() -> Self {
        let rule = BrakeRule::default();
        Self {
            hits_per_million: rule.hits_per_million,
            least_hits: rule.least_hits,
            least_unfounded: rule.least_unfounded,
            free_growth: rule.free_growth,
            growth_factor: rule.growth_factor,
        }
    }
}

impl Brake {
    /// As the node wants it.
    pub fn rule(&self) -> BrakeRule {
        BrakeRule {
            hits_per_million: self.hits_per_million,
            least_hits: self.least_hits,
            least_unfounded: self.least_unfounded,
            free_growth: self.free_growth,
            growth_factor: self.growth_factor,
        }
    }
}
