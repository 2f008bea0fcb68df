//! What a node does, without HTTP and without SQL: [`Node`] records entries, publishes digests, evaluates
//! and fetches tokens, screens, confirms, syncs and watches who trades already. Each module is one of these verbs.

mod actor;
mod bodies;
mod brake;
mod confirm;
mod durable;
mod entries;
mod error;
mod evaluate;
mod feed;
mod gateway;
mod index;
mod info;
mod keys;
mod links;
mod membership;
mod node;
mod notify;
mod peers;
mod publish;
mod randomness;
mod restore;
mod rules;
mod screen;
mod serve;
mod settings;
mod sync;
mod tokens;
mod trust;
mod watch;

pub use actor::{Actor, ActorKind};
pub use bodies::BodyFile;
pub use durable::durable_step;
pub use entries::{EntryFilter, Recorded};
pub use error::FlowError;
pub use feed::{COLLECTIONS, FeedPage, FeedQuery, FeedVersion, Listed};
pub use keys::{HeldShare, NodeKeys};
pub use membership::{Founded, Founder, MembershipView, found};
pub use node::{Node, NodeParts};
pub use publish::{BuildReport, BuiltList};
pub use randomness::{Randomness, SystemRandomness};
pub use restore::{Recovery, RestorePlan, mark_restored};
pub use settings::{Budget, RosterSettings, Settings};
pub use sync::{PeerSync, SyncReport};
pub use trust::Trust;
pub use watch::{AlertFilter, Arrival, ArrivalChange, PutSubject, WatchReport};
