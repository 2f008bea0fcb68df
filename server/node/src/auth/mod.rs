//! Who may do what on the platform door: tokens signed by this node's own keys, or by issuers that its operator
//! names, with scopes.

pub mod jwks;
mod jwt;
mod keyring;
mod scope;

pub use jwt::{Claims, Issuer, TokenError, Verifier};
pub use keyring::{External, Keyring, Own, Retired};
pub use scope::{Scope, Scopes, UnknownScope};
