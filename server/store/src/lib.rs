//! What a node keeps. The only crate that knows diesel: SQLite (bundled, the default) and PostgreSQL from one
//! binary, behind one blocking [`Store`].
//!
//! Entries and their events are written together ([`Store::create_entries`], [`Store::update_entry`]): every
//! change has exactly one event in a gapless chain in commit order (PROTOCOL.md §7), and whatever publishes reads
//! events with its own cursor. Numbers that stand for a vocabulary (states, kinds, event types …) are plain here.
//! Identifiers, bodies and payloads come in sealed ([`DataKey`]). The clock, ids and randomness are arguments.

mod alert_events;
mod alerts;
mod audit;
pub mod backup;
mod batch;
mod brake;
mod budgets;
mod chain;
mod close_alerts;
mod columns;
mod create_entries;
mod data_keys;
mod database;
mod digests;
mod digests_taken;
mod entries;
mod error;
mod event_heads;
mod event_payloads;
mod events;
mod forks;
mod idempotency;
mod invites;
mod jobs;
mod list_changes;
mod list_difference;
mod list_records;
mod locks;
mod membership;
mod meter;
mod monitored_subjects;
mod monitored_tokens;
mod node_meta;
mod own_links;
mod peer_entries;
mod peers;
mod peers_seen;
mod records;
mod recovered;
mod regulator_feed;
mod regulator_pages;
mod resealing;
mod resolve_alert;
mod restores;
mod retention;
mod roster_hits;
mod schema;
mod screenings;
mod sealing;
mod signing;
mod sqlite_file;
mod statements;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod tokens;
mod update_entry;

pub use alert_events::{AlertChange, AlertEvent};
pub use alerts::{AlertFilter, AlertMatch, AlertRow, AlertState, NewAlert, Opening};
pub use audit::AuditRow;
pub use brake::BrakeDay;
pub use budgets::{BudgetLeft, BudgetRate, Charge};
pub use close_alerts::EntryChange;
pub use create_entries::{Created, NewEntry, NewEvent};
pub use data_keys::DataKeys;
pub use digests::{Adoption, HeadRow, ListKey};
pub use entries::{EntryFilter, EntryRow};
pub use error::StoreError;
pub use event_heads::EventHead;
pub use event_payloads::PayloadRow;
pub use events::{EventCommitment, EventDraft, EventRow, EventSealer, EventSignature, StatusItem};
pub use forks::ForkRow;
pub use idempotency::{Idempotency, IdempotentRequest};
pub use invites::InviteUse;
pub use jobs::{Claim, JobRunRow};
pub use list_difference::RecordSource;
pub use list_records::ListRecord;
pub use membership::{MembershipAdoption, MembershipRow};
pub use meter::StoreFigures;
pub use monitored_subjects::{MonitoredSubject, RosterCounts, SubjectUpdate};
pub use monitored_tokens::MonitoredToken;
pub use own_links::{NewLink, OwnLinkRow};
pub use peer_entries::{PeerEntryState, PeerStatus, StatusOutcome};
pub use peers::PeerRow;
pub use records::RecordRow;
pub use recovered::RecoveredList;
pub use regulator_feed::{FeedKind, FeedObject, FeedRow};
pub use regulator_pages::{FeedFilter, FeedVersions};
pub use resealing::{Resealed, SealedOtherwise, SealedRow, SealedTable};
pub use resolve_alert::Resolution;
pub use restores::{GrantRow, Granting};
pub use roster_hits::{HitRow, HitsWaiting};
pub use screenings::{Decision, ScreeningRow, VerdictBasis};
pub use sealing::{DataKey, SealingError};
pub use store::{DatabaseSettings, Store};
pub use tokens::TokenRow;
pub use update_entry::{EntryUpdate, UpdateError};
