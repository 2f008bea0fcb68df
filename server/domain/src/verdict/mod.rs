//! From confirmed records to a verdict (PROTOCOL.md §5).

mod blocking;
mod confirmed;
mod link;
mod policy;
mod reason;
mod signal;
mod telling;
mod unanswered;

pub use blocking::{Blocking, Ground};
pub use confirmed::{Confirmed, ScreenedIdentifier};
pub use link::OwnLink;
pub use policy::{Policy, Situation, decide};
pub use signal::{are_several, speak_for_several, told_twice};
pub use telling::{Facts, told};
pub use unanswered::{Unanswered, speaks_alone};

use lianfang_wire::screening::Reason;
use lianfang_wire::vocabulary::VerdictName;

/// What a screening answers. `Block` needs a [`Blocking`], which only `Blocking::establish` makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clear(Vec<Reason>),
    Review(Vec<Reason>),
    Block(Vec<Blocking>, Vec<Reason>),
}

impl Verdict {
    /// Its name on the wire.
    pub fn name(&self) -> VerdictName {
        match self {
            Self::Clear(_) => VerdictName::Clear,
            Self::Review(_) => VerdictName::Review,
            Self::Block(..) => VerdictName::Block,
        }
    }

    /// Every reason, the grounds of a block first.
    pub fn into_reasons(self) -> Vec<Reason> {
        match self {
            Self::Clear(reasons) | Self::Review(reasons) => reasons,
            Self::Block(grounds, reasons) => grounds.iter().map(Blocking::reason).chain(reasons).collect(),
        }
    }
}
