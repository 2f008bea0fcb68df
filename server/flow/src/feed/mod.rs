//! What regulators subscribe to: a reader of the events of everybody whose audience they are in.

mod members;
mod object;
mod page;

pub(crate) use members::DescribedMembers;
pub use page::{FeedPage, FeedQuery, FeedVersion, Listed};

use lianfang_encoding::SubjectType;

/// Types of subjects that have a collection.
pub const COLLECTIONS: [SubjectType; 2] = [SubjectType::Seller, SubjectType::Product];
