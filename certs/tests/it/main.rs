//! What the outside world makes of our certificates: the `openssl` command, rustls, and hostile input.

mod archive;
mod certificates;
mod harness;
mod hostile_certificates;
mod hostile_requests;
mod key_files;
mod revocation;
mod tls;
