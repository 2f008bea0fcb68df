//! Every figure a node shows, and what it means. Dashboard and alarms name these and no others.

/// How a figure moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Only grows, from 0 at the start of the process.
    Counter,
    /// As it is now.
    Gauge,
    /// A distribution: `_bucket`, `_sum` and `_count`.
    Histogram,
}

use Figure::{Counter, Gauge, Histogram};

/// Name, kind and meaning. Labels are members, doors, routes, and words of this program.
pub const DESCRIBED: &[(&str, Figure, &str)] = &[
    (
        "lianfang_http_requests_total",
        Counter,
        "Requests that were answered, by door, method, route and status",
    ),
    (
        "lianfang_http_request_seconds",
        Histogram,
        "How long requests took until their answer began",
    ),
    (
        "lianfang_job_runs_total",
        Counter,
        "Runs of jobs by this replica, by outcome",
    ),
    (
        "lianfang_certificate_expiry_seconds",
        Gauge,
        "Until the certificate that is shown ends; negative afterwards",
    ),
    (
        "lianfang_revocation_list_expiry_seconds",
        Gauge,
        "Until the revocation list ends, after which nobody gets in",
    ),
    (
        "lianfang_membership_expiry_seconds",
        Gauge,
        "Until the membership document ends, after which nothing is blocked",
    ),
    (
        "lianfang_renewal_failed",
        Gauge,
        "1: a new file can't be used and the old one stays in force",
    ),
    (
        "lianfang_peer_active",
        Gauge,
        "1: the member is active; 0: it has been removed",
    ),
    (
        "lianfang_peer_freshness_seconds",
        Gauge,
        "Since everything the peer publishes was up to date here; infinite: never",
    ),
    (
        "lianfang_peer_stale_after_seconds",
        Gauge,
        "Freshness at which a peer's digests are stale (screening.max_staleness_hours)",
    ),
    (
        "lianfang_peer_lag_seconds",
        Gauge,
        "How old the peer's newest head was at the last sync that brought one",
    ),
    (
        "lianfang_peer_failing",
        Gauge,
        "1: the last sync with the peer failed",
    ),
    (
        "lianfang_peer_failures_total",
        Counter,
        "Syncs with the peer that failed, by reason code",
    ),
    (
        "lianfang_peer_quarantined",
        Gauge,
        "1: the brake holds the peer's digests back until somebody decides",
    ),
    (
        "lianfang_peer_kinds_disabled",
        Gauge,
        "Kinds of identifiers that are off because the peer reads them by other rules",
    ),
    (
        "lianfang_peer_clock_offset_seconds",
        Gauge,
        "How far the peer's clock was ahead of this node's at the last sync",
    ),
    (
        "lianfang_peer_notices_total",
        Counter,
        "Notices to the peer, delivered or given up (its polling makes up for those)",
    ),
    (
        "lianfang_peer_notice_waits",
        Gauge,
        "1: a notice couldn't be delivered and is tried again",
    ),
    (
        "lianfang_roster_hits_waiting",
        Gauge,
        "Possible hits in the roster that wait for the peer's answer",
    ),
    (
        "lianfang_roster_hits_oldest_seconds",
        Gauge,
        "How long the oldest of them waits",
    ),
    (
        "lianfang_screenings_total",
        Counter,
        "Screenings that were answered, by verdict and by whether the answer was complete",
    ),
    (
        "lianfang_entry_events_total",
        Counter,
        "Own entries that were recorded (created) or changed their state, by event",
    ),
    (
        "lianfang_token_batches_total",
        Counter,
        "Batches of identifiers that tokens were asked for: given or unavailable",
    ),
    (
        "lianfang_evaluations_total",
        Counter,
        "Requests for evaluations to this committee member, by peer and outcome",
    ),
    (
        "lianfang_evaluated_elements_total",
        Counter,
        "Elements that were evaluated here, by peer",
    ),
    (
        "lianfang_evaluation_budget_left",
        Gauge,
        "Elements that the peer may still have evaluated here, by class",
    ),
    (
        "lianfang_evaluation_credit_left",
        Gauge,
        "Elements that the peer was granted beside its budget and hasn't had evaluated, by class",
    ),
    (
        "lianfang_store_calls_total",
        Counter,
        "Calls of the database that ended",
    ),
    (
        "lianfang_store_call_microseconds_total",
        Counter,
        "How long they took together, waiting for a connection included",
    ),
    (
        "lianfang_store_calls_in_progress",
        Gauge,
        "Calls of the database that wait for a connection or run",
    ),
    (
        "lianfang_store_failures_total",
        Counter,
        "Calls that the database couldn't serve, by reason code (store_busy, store_full, …)",
    ),
    (
        "lianfang_file_failures_total",
        Counter,
        "Files of the data folder that couldn't be read or written, by folder (bodies, index) and reason code",
    ),
    (
        "lianfang_index_lists",
        Gauge,
        "Lists in the screening index, own ones included",
    ),
    (
        "lianfang_index_identifiers",
        Gauge,
        "Identifiers in those lists, padding included",
    ),
    (
        "lianfang_index_bytes",
        Gauge,
        "Bytes that a publisher's lists take in the index, by part: base, changes",
    ),
    (
        "lianfang_index_image_bytes",
        Gauge,
        "Bytes of the index's images, which are mapped from files",
    ),
    (
        "lianfang_recovering",
        Gauge,
        "1: restored, and still asking members what this node had signed",
    ),
    (
        "lianfang_superseded",
        Gauge,
        "1: another restored copy of this node goes on in its place",
    ),
];
