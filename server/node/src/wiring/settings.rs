use lianfang_domain::verdict::Policy;
use lianfang_encoding::Class;
use lianfang_flow::{Budget, Retention, RosterSettings, Settings};

use crate::config::{Config, Roster};
use crate::data::DataFolder;

/// The operator's choices as the node wants them.
pub(super) fn settings(config: &Config) -> Settings {
    let screening = &config.screening;
    Settings {
        bodies: DataFolder::at(&config.node.data_dir).bodies(),
        images: DataFolder::at(&config.node.data_dir).images(),
        policy: Policy {
            jurisdiction: config.node.jurisdiction.to_string(),
            trusted_publishers: screening.trusted_publishers.iter().cloned().collect(),
            natural_person_law: screening.natural_person_law.clone(),
        },
        mode: screening.mode,
        stale_after: screening.max_staleness(),
        record_life: config.publishing.record_life(),
        digest_life: config.publishing.digest_life(),
        verdict_life: screening.valid_for(),
        token_cache: screening.token_cache,
        publish_page: 4_096,
        most_changes: lianfang_digest::gcs::MAX_PREFIXES as usize,
        most_read: 262_144,
        brake: config.brake.rule(),
        roster: roster(&config.roster),
        retention: Retention {
            job_runs: config.retention.job_runs(),
            ended_alerts: config.retention.ended_alerts(),
        },
        budgets: Class::ALL
            .iter()
            .map(|class| (*class, budget(config, *class)))
            .collect(),
    }
}

fn roster(roster: &Roster) -> RosterSettings {
    RosterSettings {
        confirm_delay: roster.confirm_delay(),
        confirm_jitter: roster.confirm_jitter(),
        confirmations_per_run: usize::try_from(roster.confirmations_per_run).unwrap_or(usize::MAX),
        retry: roster.retry(),
    }
}

fn budget(config: &Config, class: Class) -> Budget {
    let budget = config.budgets.of(class);
    Budget {
        capacity: budget.capacity,
        per_day: budget.refill_per_day,
    }
}
