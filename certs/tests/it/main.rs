//! What the outside world makes of our certificates: the `openssl` command, rustls, and hostile input.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends at the first surprise"
)]

mod archive;
mod certificates;
mod corpus;
mod harness;
mod hostile_certificates;
mod hostile_requests;
mod key_files;
mod revocation;
mod tls;
