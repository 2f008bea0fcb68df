//! Which rules of identifiers this node and a peer share. A kind that they normalise differently is off between
//! them: comparing would miss, and might mistake (PROTOCOL.md §1).

use std::collections::{BTreeMap, BTreeSet};

use lianfang_digest::RulesDigest;
use lianfang_encoding::NodeId;
use lianfang_identifier::{Agreement, Kind, Rules, agree, versions};
use lianfang_wire::membership::{Hash32, KindRules};
use lianfang_wire::peer::{DisabledKind, DisabledReason};

use crate::Node;

/// The rules that this node announces: every version that is built in, so that two are shared during a migration.
pub(crate) fn announced() -> Vec<KindRules> {
    let all = Kind::ALL.iter().flat_map(|kind| versions(*kind));
    all.map(|rules| KindRules {
        kind: rules.kind,
        norm_version: rules.norm_version,
        digest: Hash32(rules.rules_digest),
    })
    .collect()
}

/// The kinds among `theirs` that can't be compared, and why. Kinds this node doesn't know concern nobody here.
pub(crate) fn disabled(theirs: &[Rules]) -> Vec<DisabledKind> {
    let kinds: BTreeSet<Kind> = theirs.iter().map(|rules| rules.kind).collect();
    kinds
        .into_iter()
        .filter_map(|kind| {
            let ours: Vec<_> = versions(kind).collect();
            let reason = match agree(kind, &ours, theirs) {
                Agreement::Common(_) => return None,
                Agreement::Differ => DisabledReason::RulesDiffer,
                Agreement::Nothing => DisabledReason::NoCommonVersion,
            };
            Some(DisabledKind {
                kind: kind.name().to_owned(),
                reason,
            })
        })
        .collect()
}

/// The rules a head names.
pub(crate) fn of_head(rules: &[RulesDigest]) -> Vec<Rules> {
    let known = |rules: &RulesDigest| {
        Some(Rules {
            kind: Kind::from_number(rules.kind)?,
            norm_version: rules.norm_version,
            rules_digest: rules.digest,
        })
    };
    rules.iter().filter_map(known).collect()
}

/// Numbers of the kinds of a head that mean nothing here: other rules, or a kind this node doesn't know.
pub(crate) fn foreign_kinds(rules: &[RulesDigest]) -> Vec<u16> {
    let off: BTreeSet<String> = disabled(&of_head(rules))
        .into_iter()
        .map(|off| off.kind)
        .collect();
    let foreign = |number: &u16| Kind::from_number(*number).is_none_or(|kind| off.contains(kind.name()));
    let kinds: BTreeSet<u16> = rules.iter().map(|rules| rules.kind).collect();
    kinds.into_iter().filter(foreign).collect()
}

impl Node {
    /// Compares what a peer announces with this node's rules, and raises an alarm when that has changed.
    pub(crate) fn compare_rules(&self, peer: &NodeId, announced: &[KindRules]) {
        let theirs: Vec<Rules> = announced
            .iter()
            .map(|rules| Rules {
                kind: rules.kind,
                norm_version: rules.norm_version,
                rules_digest: rules.digest.0,
            })
            .collect();
        let off = disabled(&theirs);
        if self.disagreements.load().get(peer).map_or(&[][..], Vec::as_slice) == off.as_slice() {
            return;
        }
        self.disagreements.rcu(|known| {
            let mut known = BTreeMap::clone(known);
            known.insert(peer.clone(), off.clone());
            known
        });
        for kind in &off {
            tracing::error!(
                peer = %peer, kind = kind.kind, reason = kind.reason.code(),
                "this peer reads a kind of identifiers by other rules: the kind is off between us"
            );
        }
    }

    /// The kinds that are off with a peer, by what it announced or by the heads held of it.
    pub(crate) fn disabled_with(&self, peer: &NodeId) -> Vec<DisabledKind> {
        let mut off: BTreeMap<String, DisabledKind> = BTreeMap::new();
        let index = self.index.load();
        let held = index.lists().iter().filter(|list| list.id.publisher == *peer);
        for kind in held.flat_map(|list| list.disabled_kinds.iter()) {
            off.insert(kind.kind.clone(), kind.clone());
        }
        for kind in self.disagreements.load().get(peer).into_iter().flatten() {
            off.insert(kind.kind.clone(), kind.clone());
        }
        off.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(kind: Kind, versions: &[(u8, u8)]) -> Vec<RulesDigest> {
        let own = lianfang_identifier::rules(kind);
        versions
            .iter()
            .map(|(norm_version, fill)| RulesDigest {
                kind: kind.number(),
                norm_version: *norm_version,
                digest: if *fill == 0 { own.rules_digest } else { [*fill; 32] },
            })
            .collect()
    }

    #[test]
    fn a_peer_amid_a_migration_shares_the_version_both_have() {
        assert!(foreign_kinds(&digests(Kind::Brand, &[(1, 0), (2, 9)])).is_empty());
    }

    #[test]
    fn other_rules_another_version_and_an_unknown_kind_are_off() {
        let number = Kind::Brand.number();
        assert_eq!(foreign_kinds(&digests(Kind::Brand, &[(1, 9)])), [number]);
        assert_eq!(foreign_kinds(&digests(Kind::Brand, &[(2, 9)])), [number]);
        let unknown = RulesDigest {
            kind: 999,
            ..digests(Kind::Brand, &[(1, 0)])[0]
        };
        assert_eq!(foreign_kinds(&[unknown]), [999]);
    }

    #[test]
    fn what_this_node_announces_it_shares_with_itself() {
        let own: Vec<Rules> = Kind::ALL.iter().flat_map(|kind| versions(*kind)).collect();
        assert!(disabled(&own).is_empty());
        assert_eq!(announced().len(), own.len());
    }
}
