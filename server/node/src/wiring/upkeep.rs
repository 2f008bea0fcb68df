use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lianfang_domain::Clock as _;
use lianfang_encoding::Timestamp;
use lianfang_flow::Node;
use lianfang_peer::{HttpsPeers, Peers as _};
use lianfang_wire::membership::{Member, Membership};
use metrics::Label;
use tokio_util::sync::CancellationToken;

use super::admission::MembersOnly;
use super::tokens::TokenFiles;
use super::{Assembled, StartError};
use crate::auth::Verifier;
use crate::clock::SystemClock;
use crate::config::{Config, Tls};
use crate::metrics::Telemetry;
use crate::tls::{Admission as _, CertificateIdentity, Credential, Refusal, Renewal, Revocations};

const CERTIFICATE: &str = "lianfang_certificate_expiry_seconds";
const REVOCATIONS: &str = "lianfang_revocation_list_expiry_seconds";
const MEMBERSHIP: &str = "lianfang_membership_expiry_seconds";
const FAILED: &str = "lianfang_renewal_failed";

/// Takes over certificates and revocation lists whose files have changed, without a restart, and raises the alarm
/// before what is in force ends.
pub struct Upkeep {
    node: Arc<Node>,
    peers: Arc<HttpsPeers>,
    federation: Arc<Credential>,
    /// Of the platform door, when it has its own.
    platform: Option<Arc<Credential>>,
    revocations: Arc<Revocations>,
    members: MembersOnly,
    verifier: Arc<Verifier>,
    tokens: TokenFiles,
    /// SHA-256 over the token files that are in force.
    tokens_read: Mutex<[u8; 32]>,
    tls: Tls,
    telemetry: Arc<Telemetry>,
    /// One look at a time: a signal may come in the midst of another, and both would take up and tell of the same file.
    looking: Mutex<()>,
    /// What was said last about each thing, so that it is said once.
    said: Mutex<BTreeMap<&'static str, Standing>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    Fine,
    EndsSoon,
    Ended,
    Broken(String),
}

impl Upkeep {
    pub(super) fn new(
        assembled: &Assembled,
        platform: &Arc<Credential>,
        config: &Config,
        telemetry: Arc<Telemetry>,
    ) -> Self {
        let own = !Arc::ptr_eq(platform, &assembled.credential);
        Self {
            node: Arc::clone(&assembled.node),
            peers: Arc::clone(&assembled.peers),
            federation: Arc::clone(&assembled.credential),
            platform: own.then(|| Arc::clone(platform)),
            revocations: Arc::clone(&assembled.revocations),
            members: MembersOnly::all(Arc::clone(&assembled.node)),
            verifier: Arc::clone(&assembled.verifier),
            tokens_read: Mutex::new(assembled.tokens_read),
            tokens: TokenFiles::of(config),
            tls: config.tls.clone(),
            telemetry,
            looking: Mutex::default(),
            said: Mutex::default(),
        }
    }

    /// Looks every `tls.check_seconds`, the first time at once, until `stop`.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut interval = tokio::time::interval(self.tls.check());
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = interval.tick() => self.look().await,
            }
        }
    }

    /// Looks at once.
    pub async fn look(self: &Arc<Self>) {
        let upkeep = Arc::clone(self);
        // A look that panicked isn't worse than one that found nothing; the next one follows.
        let _ = tokio::task::spawn_blocking(move || upkeep.look_at_files()).await;
    }

    fn look_at_files(&self) {
        let _alone = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let now = SystemClock.now();
        let listed = self.revocations.renew(&self.members.authorities());
        let fits = |identity: &CertificateIdentity| self.fits(identity);
        let shown = self.federation.renew(now, Some(&fits));
        if listed == Ok(Renewal::Renewed) || shown == Ok(Renewal::Renewed) {
            self.call_anew();
        }
        self.drop_replaced();
        self.note("revocations", &listed);
        self.note("tokens", &self.renew_tokens());
        self.note(self.federation.name(), &shown);
        self.certificate(&self.federation, now);
        if let Some(platform) = &self.platform {
            self.note(platform.name(), &platform.renew(now, None));
            self.certificate(platform, now);
        }
        if let Some(end) = self.revocations.next_update() {
            self.ending(
                "revocation list",
                REVOCATIONS,
                Vec::new(),
                (end, now),
                self.tls.revocations_alarm(),
            );
        }
        let ends = (self.node.trust().current().document.expires, self.node.now());
        self.ending(
            "membership",
            MEMBERSHIP,
            Vec::new(),
            ends,
            self.tls.membership_alarm(),
        );
    }

    /// This node's own name, under the key that the membership pins, and not revoked.
    fn fits(&self, identity: &CertificateIdentity) -> Result<(), Refusal> {
        if identity.node != *self.node.id() {
            return Err(Refusal::Unknown);
        }
        self.members.admits(identity)?;
        self.revocations.check(identity)
    }

    /// New connections to the other members, with what is in force now.
    fn call_anew(&self) {
        self.peers.show(self.federation.identity());
        self.adopt(|document| Some(document.members.clone()));
    }

    /// Connections to members that still show a key whose time is over are given up.
    fn drop_replaced(&self) {
        let now = self.node.now();
        self.adopt(|document| {
            let mut members = document.members.clone();
            for member in &mut members {
                member.retiring = member.retiring_at(now);
            }
            (members != document.members).then_some(members)
        });
    }

    /// Connections to what `members` makes of the membership in force; none are touched where it makes nothing.
    fn adopt(&self, members: impl Fn(&Membership) -> Option<Vec<Member>>) {
        loop {
            let current = self.node.trust().current();
            let Some(members) = members(&current.document) else {
                return;
            };
            if let Err(error) = self.peers.adopt(&members, &current.document.authorities) {
                tracing::error!(error = %error, "connections to other members couldn't be renewed");
            }
            // What came into force meanwhile has been overwritten.
            if self.node.trust().current().document.version == current.document.version {
                return;
            }
        }
    }

    fn certificate(&self, credential: &Credential, now: Timestamp) {
        let labels = vec![Label::from_static_parts("certificate", credential.name())];
        let (what, ends) = match credential.name() {
            "platform" => ("platform certificate", credential.expires()),
            _ => ("federation certificate", credential.expires()),
        };
        self.ending(
            what,
            CERTIFICATE,
            labels,
            (ends, now),
            self.tls.certificate_alarm(),
        );
    }

    /// Keys that tokens are checked with; those of a file that can't be used stay as they were.
    fn renew_tokens(&self) -> Result<Renewal, StartError> {
        let mut read = self.tokens_read.lock().unwrap_or_else(PoisonError::into_inner);
        let print = self.tokens.print();
        if print == *read {
            return Ok(Renewal::Unchanged);
        }
        let (keys, outcome) = self.tokens.renewed(&self.verifier.keys());
        self.verifier.replace(keys);
        outcome?;
        *read = print;
        Ok(Renewal::Renewed)
    }

    fn note<E: Display>(&self, what: &'static str, outcome: &Result<Renewal, E>) {
        let labels = vec![Label::from_static_parts("file", what)];
        self.telemetry
            .gauge(FAILED, labels, f64::from(u8::from(outcome.is_err())));
        match outcome {
            Err(error) if self.is_news(what, Standing::Broken(error.to_string())) => {
                tracing::error!(renewal.file = what, error = %error, "a new file can't be used; the old one stays in force");
            }
            Err(_) => {}
            Ok(renewal) => {
                self.is_news(what, Standing::Fine);
                if *renewal == Renewal::Renewed {
                    tracing::info!(renewal.file = what, "a new file is in force");
                }
            }
        }
    }

    fn ending(
        &self,
        what: &'static str,
        metric: &'static str,
        labels: Vec<Label>,
        (ends, now): (Timestamp, Timestamp),
        alarm: Duration,
    ) {
        let (left, over) = (ends.since(now), now.since(ends));
        self.telemetry
            .gauge(metric, labels, left.as_secs_f64() - over.as_secs_f64());
        let standing = match left {
            Duration::ZERO => Standing::Ended,
            left if left <= alarm => Standing::EndsSoon,
            _ => Standing::Fine,
        };
        if !self.is_news(what, standing.clone()) {
            return;
        }
        match standing {
            Standing::Ended => tracing::error!(expiry.of = what, "it has ended"),
            Standing::EndsSoon => {
                tracing::warn!(expiry.of = what, expiry.seconds = left.as_secs(), "it ends soon");
            }
            _ => {}
        }
    }

    /// Whether this wasn't said yet.
    fn is_news(&self, what: &'static str, standing: Standing) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.insert(what, standing.clone()) != Some(standing)
    }
}

impl std::fmt::Debug for Upkeep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Upkeep")
    }
}
