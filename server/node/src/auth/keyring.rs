use std::collections::BTreeMap;
use std::iter;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use lianfang_encoding::{NodeId, PublicKey};
use quick_cache::sync::Cache;

use super::Claims;

/// Clocks of the platform's own systems may be off by this many seconds.
pub(super) const LEEWAY: u64 = 30;

/// Callers whose tokens are remembered.
const REMEMBERED: usize = 1_000;

/// The door that tokens of `node` are for.
pub(super) fn audience(node: &NodeId) -> String {
    format!("{node}/platform")
}

/// A key of this node that signs no new tokens; those that it signed count until `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retired {
    pub key: PublicKey,
    /// Unix seconds.
    pub until: u64,
}

/// The keys of this node itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    pub current: PublicKey,
    pub retired: Vec<Retired>,
}

/// Keys of somebody else whose tokens open this node's platform door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// `iss` of its tokens.
    pub issuer: String,
    /// Its keys under their ids.
    pub keys: Vec<(String, PublicKey)>,
}

impl Own {
    fn older(&self) -> impl Iterator<Item = &Retired> {
        self.retired.iter().filter(|old| old.key != self.current)
    }
}

/// Every key that tokens are checked with, under its id.
pub struct Keyring {
    by_id: BTreeMap<String, Vec<Checking>>,
    own: Own,
    external: Vec<External>,
    /// Tokens that were in order a moment ago, by their hash: a caller's next requests cost no signature check each.
    /// Gone with the keys; a retired key's tokens are checked each time, because that key ends.
    pub(super) verified: Cache<[u8; 32], Claims>,
}

/// One key with the rules for what it signed.
pub(super) struct Checking {
    pub(super) key: DecodingKey,
    pub(super) rules: Validation,
    /// Unix seconds; none for keys in use.
    pub(super) until: Option<u64>,
    /// Put before the subject, so that subjects of different issuers are different callers.
    pub(super) realm: Option<String>,
}

impl Keyring {
    /// The keys of `node` itself, in use and retired, and those of others.
    pub fn new(node: &NodeId, own: Own, external: Vec<External>) -> Self {
        let mut by_id = BTreeMap::<String, Vec<Checking>>::new();
        let mut add = |id: String, checking| by_id.entry(id).or_default().push(checking);
        let current = &own.current;
        add(current.id().to_string(), Checking::own(node, current, None));
        for old in own.older() {
            let checking = Checking::own(node, &old.key, Some(old.until));
            add(old.key.id().to_string(), checking);
        }
        for other in &external {
            for (id, key) in &other.keys {
                add(id.clone(), Checking::of(node, other, key));
            }
        }
        Self {
            by_id,
            own,
            external,
            verified: Cache::new(REMEMBERED),
        }
    }

    /// This node's own keys that count at `now`, the one in use first.
    pub fn published(&self, now: u64) -> impl Iterator<Item = &PublicKey> {
        let older = self.own.older().filter(move |old| now < old.until);
        iter::once(&self.own.current).chain(older.map(|old| &old.key))
    }

    /// This node's own keys.
    pub fn own(&self) -> &Own {
        &self.own
    }

    /// The keys of an issuer.
    pub fn external(&self, issuer: &str) -> Option<&External> {
        self.external.iter().find(|other| other.issuer == issuer)
    }

    pub(super) fn under(&self, id: &str) -> &[Checking] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }
}

impl Checking {
    fn own(node: &NodeId, key: &PublicKey, until: Option<u64>) -> Self {
        Self {
            key: DecodingKey::from_ed_der(key.as_bytes()),
            rules: rules(node, node.as_str()),
            until,
            realm: None,
        }
    }

    fn of(node: &NodeId, other: &External, key: &PublicKey) -> Self {
        Self {
            key: DecodingKey::from_ed_der(key.as_bytes()),
            rules: rules(node, &other.issuer),
            until: None,
            realm: Some(other.issuer.clone()),
        }
    }
}

/// One algorithm, and every claim that is relied on has to be there.
fn rules(node: &NodeId, issuer: &str) -> Validation {
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.leeway = LEEWAY;
    rules.validate_nbf = true;
    rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    rules.set_audience(&[audience(node)]);
    rules.set_issuer(&[issuer]);
    rules
}
