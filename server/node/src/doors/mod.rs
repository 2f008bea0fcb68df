//! Listeners: one server per door, with the same bounds and the same outermost layers.

mod admitted;
mod counted;
mod farewell;
mod in_turn;
mod paced;
mod server;
mod share;
mod socket;
mod unsent;
mod wire;

pub use admitted::{Caller, admitted};
pub use server::{Shared, federation, operations, operator, platform, regulator};
pub use socket::{OperatorSocket, SOCKET};
