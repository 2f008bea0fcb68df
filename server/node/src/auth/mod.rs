//! Who may do what on the platform door: tokens signed by this node's own key, with scopes.

mod jwt;
mod scope;

pub use jwt::{Claims, Issuer, TokenError, Verifier};
pub use scope::{Scope, Scopes, UnknownScope};
