//! What the flow knows, as Prometheus reads it.

use lianfang_flow::{Contact, Counted, Figures, MemberFigures, PeerCounted};
use lianfang_store::StoreFigures;
use metrics::Label;

use super::Telemetry;

impl Telemetry {
    /// Takes over what a node has counted and how it stands.
    pub fn note(&self, figures: &Figures) {
        self.counted(&figures.counted);
        self.store(&figures.store);
        for ((folder, code), count) in &figures.file_failures {
            let labels = [("folder", *folder), ("code", *code)];
            let labels = labels.map(|(name, value)| Label::from_static_parts(name, value));
            self.counter("lianfang_file_failures_total", labels.to_vec(), *count);
        }
        let index = &figures.index;
        for (name, value) in [
            ("lianfang_index_lists", number(index.lists)),
            ("lianfang_index_identifiers", number(index.identifiers)),
            ("lianfang_index_image_bytes", number(index.image_bytes)),
            ("lianfang_recovering", flag(figures.recovering)),
            ("lianfang_superseded", flag(figures.superseded)),
            (
                "lianfang_peer_stale_after_seconds",
                figures.stale_after.as_secs_f64(),
            ),
        ] {
            self.gauge(name, Vec::new(), value);
        }
    }

    /// Takes over how one member stands.
    pub fn note_member(&self, member: &MemberFigures) {
        let id = member.id.as_str();
        let peer = || vec![of_peer(id)];
        self.gauge(
            "lianfang_roster_hits_waiting",
            peer(),
            number(member.hits_waiting),
        );
        self.gauge(
            "lianfang_roster_hits_oldest_seconds",
            peer(),
            member.oldest_hit.as_secs_f64(),
        );
        for (part, bytes) in [("base", member.memory.base), ("changes", member.memory.changes)] {
            let labels = vec![of_peer(id), Label::from_static_parts("part", part)];
            self.gauge("lianfang_index_bytes", labels, number(bytes));
        }
        for (class, left) in &member.budgets_left {
            let labels = vec![of_peer(id), Label::from_static_parts("class", class.as_str())];
            self.gauge("lianfang_evaluation_budget_left", labels, number(*left));
        }
        for (class, left) in &member.credits_left {
            let labels = vec![of_peer(id), Label::from_static_parts("class", class.as_str())];
            self.gauge("lianfang_evaluation_credit_left", labels, number(*left));
        }
        if let Some(contact) = &member.contact {
            self.gauge("lianfang_peer_active", peer(), flag(member.active));
            self.contact(id, contact);
        }
    }

    fn contact(&self, id: &str, contact: &Contact) {
        let freshness = contact.freshness.map_or(f64::INFINITY, |age| age.as_secs_f64());
        let off = u32::try_from(contact.disabled_kinds).unwrap_or(u32::MAX);
        for (name, value) in [
            ("lianfang_peer_freshness_seconds", freshness),
            ("lianfang_peer_failing", flag(contact.failing)),
            ("lianfang_peer_quarantined", flag(contact.quarantined)),
            ("lianfang_peer_kinds_disabled", f64::from(off)),
        ] {
            self.gauge(name, vec![of_peer(id)], value);
        }
        if let Some(lag) = contact.lag {
            self.gauge("lianfang_peer_lag_seconds", vec![of_peer(id)], lag.as_secs_f64());
        }
    }

    fn counted(&self, counted: &Counted) {
        for ((verdict, complete), count) in &counted.screenings {
            let complete = if *complete { "true" } else { "false" };
            let labels = vec![
                Label::from_static_parts("verdict", verdict.as_str()),
                Label::from_static_parts("complete", complete),
            ];
            self.counter("lianfang_screenings_total", labels, *count);
        }
        for (event, count) in &counted.entries {
            let labels = vec![Label::from_static_parts("event", event.as_str())];
            self.counter("lianfang_entry_events_total", labels, *count);
        }
        for (outcome, count) in [
            ("given", counted.tokens_given),
            ("unavailable", counted.tokens_unavailable),
        ] {
            self.counter("lianfang_token_batches_total", outcome_of(outcome), count);
        }
        for (peer, counted) in &counted.peers {
            self.peer(peer.as_str(), counted);
        }
    }

    fn peer(&self, id: &str, counted: &PeerCounted) {
        let with = |labels: Vec<Label>| std::iter::once(of_peer(id)).chain(labels).collect::<Vec<_>>();
        for (code, count) in &counted.failures {
            let labels = with(vec![Label::new("code", code.clone())]);
            self.counter("lianfang_peer_failures_total", labels, *count);
        }
        for (outcome, count) in [
            ("delivered", counted.notices_delivered),
            ("given_up", counted.notices_given_up),
        ] {
            self.counter("lianfang_peer_notices_total", with(outcome_of(outcome)), count);
        }
        for (outcome, count) in &counted.evaluations {
            self.counter("lianfang_evaluations_total", with(outcome_of(outcome)), *count);
        }
        self.counter(
            "lianfang_evaluated_elements_total",
            with(Vec::new()),
            counted.elements,
        );
        let waits = flag(counted.notice_waits);
        self.gauge("lianfang_peer_notice_waits", with(Vec::new()), waits);
        if let Some(offset) = counted.clock_offset {
            self.gauge("lianfang_peer_clock_offset_seconds", with(Vec::new()), offset);
        }
    }

    fn store(&self, store: &StoreFigures) {
        self.counter("lianfang_store_calls_total", Vec::new(), store.calls);
        let took = u64::try_from(store.took.as_micros()).unwrap_or(u64::MAX);
        self.counter("lianfang_store_call_microseconds_total", Vec::new(), took);
        let running = number(store.in_progress);
        self.gauge("lianfang_store_calls_in_progress", Vec::new(), running);
        for (code, count) in &store.failures {
            let labels = vec![Label::from_static_parts("code", code)];
            self.counter("lianfang_store_failures_total", labels, *count);
        }
    }
}

fn of_peer(id: &str) -> Label {
    Label::new("peer", id.to_owned())
}

fn outcome_of(outcome: &'static str) -> Vec<Label> {
    vec![Label::from_static_parts("outcome", outcome)]
}

fn flag(set: bool) -> f64 {
    f64::from(u8::from(set))
}

/// Exact up to 2^53, and no figure comes near.
#[expect(clippy::cast_precision_loss, reason = "no figure comes near 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
