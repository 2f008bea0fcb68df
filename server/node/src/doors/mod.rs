//! Listeners: one server per door, with the same bounds and the same outermost layers.

mod admitted;
mod farewell;
mod server;
mod socket;

pub use admitted::{Caller, admitted};
pub use server::{Shared, federation, operations, operator, platform, regulator};
pub use socket::{OperatorSocket, SOCKET};
