//! The operations door: for load balancers and Prometheus. Nothing of entries or members is told here.

mod health;
mod metrics;
pub mod router;
