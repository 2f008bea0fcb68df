use lianfang_encoding::Timestamp;

/// The one source of time for domain, store, jobs and digests. TLS and JWT keep the system's.
pub trait Clock: Send + Sync {
    /// The present time.
    fn now(&self) -> Timestamp;
}
