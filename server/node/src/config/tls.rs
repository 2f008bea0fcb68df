use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

/// Certificates and keys of the doors that speak TLS.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// Issued by the federation's authority; also used to call other members.
    pub federation: KeyPair,
    /// For the platform door; the federation's certificate when absent.
    pub platform: Option<KeyPair>,
    /// Revocation lists of the federation's authorities in PEM; none when absent. A list that is out of date refuses
    /// everybody.
    pub revocations: Option<PathBuf>,
    /// How often the files are looked at, in seconds; SIGHUP looks at once.
    pub check_seconds: u32,
    /// Before a certificate ends, this many days, an alarm.
    pub certificate_alarm_days: u32,
    /// Before a revocation list is out of date, this many hours, an alarm.
    pub revocations_alarm_hours: u32,
    /// Before the membership document expires, this many days, an alarm.
    pub membership_alarm_days: u32,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            federation: KeyPair::default(),
            platform: None,
            revocations: None,
            check_seconds: 60,
            certificate_alarm_days: 30,
            revocations_alarm_hours: 72,
            membership_alarm_days: 30,
        }
    }
}

/// PEM files of a certificate chain and its key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPair {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Default for KeyPair {
    fn default() -> Self {
        Self {
            certificate: PathBuf::from("tls/node.pem"),
            key: PathBuf::from("keys/tls.pem"),
        }
    }
}

impl Tls {
    /// What the platform door shows.
    pub fn platform(&self) -> &KeyPair {
        self.platform.as_ref().unwrap_or(&self.federation)
    }

    /// See [`Tls::check_seconds`].
    pub fn check(&self) -> Duration {
        Duration::from_secs(u64::from(self.check_seconds.max(1)))
    }

    /// See [`Tls::certificate_alarm_days`].
    pub fn certificate_alarm(&self) -> Duration {
        Duration::from_secs(u64::from(self.certificate_alarm_days) * 86_400)
    }

    /// See [`Tls::revocations_alarm_hours`].
    pub fn revocations_alarm(&self) -> Duration {
        Duration::from_secs(u64::from(self.revocations_alarm_hours) * 3_600)
    }

    /// See [`Tls::membership_alarm_days`].
    pub fn membership_alarm(&self) -> Duration {
        Duration::from_secs(u64::from(self.membership_alarm_days) * 86_400)
    }

    pub(super) fn resolve(&mut self, data: &Path) {
        if let Some(revocations) = &mut self.revocations {
            *revocations = data.join(&*revocations);
        }
        self.federation.resolve(data);
        if let Some(platform) = &mut self.platform {
            platform.resolve(data);
        }
    }
}

impl KeyPair {
    fn resolve(&mut self, data: &Path) {
        self.certificate = data.join(&self.certificate);
        self.key = data.join(&self.key);
    }
}
