use lianfang_encoding::Transcript;
use uuid::{Builder, Uuid};

/// What a request is known by when it is sent again: a keyed hash that nobody else can compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestName([u8; 32]);

impl RequestName {
    /// A name by its hash.
    pub fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// As good as random to whoever doesn't know the name (PROTOCOL.md §0), and the same again for who does. `round` says how
    /// often the entry was lost in a restore.
    pub(super) fn entry_id(self, line: u64, round: u64) -> Uuid {
        let label = Transcript::new("lianfang/entry-of-request/v1")
            .bytes(&self.0)
            .u64(line);
        id(&match round {
            0 => label.sha256(),
            _ => label.u64(round).sha256(),
        })
    }

    /// Of the one row of the audit log that tells of the request.
    pub(crate) fn audit_id(self) -> Uuid {
        let label = Transcript::new("lianfang/audit-of-request/v1");
        id(&label.bytes(&self.0).sha256())
    }
}

fn id(hash: &[u8; 32]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}
