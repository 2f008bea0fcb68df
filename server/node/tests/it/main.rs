//! The doors from outside, over real sockets.

mod federation_tls;
mod harness;
mod large_bodies;
