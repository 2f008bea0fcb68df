//! Which membership document may follow which (PROTOCOL.md §7).

use std::collections::BTreeSet;

use lianfang_wire::membership::{Governance, Membership, ParsedMembership};

/// Why a membership document was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MembershipError {
    #[error("older than the document in force, or of the same version with other content")]
    Rollback,
    #[error("doesn't follow the document in force: versions in between are missing, or the hash differs")]
    Chain,
    #[error("of another federation")]
    Foreign,
    #[error("not signed by enough governors")]
    Signature,
    #[error("the governors' threshold must be at least 1 and at most their number")]
    Threshold,
    #[error("a member id occurs twice, has vanished, or was used again after removal")]
    Members,
    #[error("a token key's generation or epoch went back")]
    Keys,
    #[error("the document expires before it was issued")]
    Expiry,
}

/// Accepts the first document of a federation.
///
/// # Errors
/// [`MembershipError`].
pub fn accept_genesis(genesis: &ParsedMembership) -> Result<(), MembershipError> {
    if genesis.document.version != 1 || genesis.document.previous.is_some() {
        return Err(MembershipError::Chain);
    }
    well_formed(&genesis.document)?;
    signed(genesis, &genesis.document.governance)
}

/// Accepts `next` after `current`: the old governors' threshold, and the new one's when governors change.
///
/// # Errors
/// [`MembershipError`].
pub fn accept_successor(current: &ParsedMembership, next: &ParsedMembership) -> Result<(), MembershipError> {
    if next.federation != current.federation {
        return Err(MembershipError::Foreign);
    }
    if next.document.version <= current.document.version {
        return Err(MembershipError::Rollback);
    }
    let follows = next.document.version == current.document.version + 1
        && next
            .document
            .previous
            .is_some_and(|previous| previous.0 == current.hash);
    if !follows {
        return Err(MembershipError::Chain);
    }
    well_formed(&next.document)?;
    nothing_goes_back(&current.document, &next.document)?;
    signed(next, &current.document.governance)?;
    signed(next, &next.document.governance)
}

fn signed(parsed: &ParsedMembership, governance: &Governance) -> Result<(), MembershipError> {
    if parsed.signed_by(governance) >= usize::from(governance.threshold) {
        Ok(())
    } else {
        Err(MembershipError::Signature)
    }
}

fn well_formed(document: &Membership) -> Result<(), MembershipError> {
    let governance = &document.governance;
    let keys: BTreeSet<_> = governance
        .governors
        .iter()
        .map(|governor| governor.key.id())
        .collect();
    if governance.threshold == 0
        || usize::from(governance.threshold) > keys.len()
        || keys.len() != governance.governors.len()
    {
        return Err(MembershipError::Threshold);
    }
    let ids: BTreeSet<_> = document.members.iter().map(|member| &member.id).collect();
    if ids.len() != document.members.len() {
        return Err(MembershipError::Members);
    }
    if document.expires <= document.issued {
        return Err(MembershipError::Expiry);
    }
    Ok(())
}

fn nothing_goes_back(current: &Membership, next: &Membership) -> Result<(), MembershipError> {
    for old in &current.members {
        let new = next
            .members
            .iter()
            .find(|member| member.id == old.id)
            .ok_or(MembershipError::Members)?;
        if new.is_active() && !old.is_active() {
            return Err(MembershipError::Members);
        }
    }
    for old in &current.keys {
        let same = next
            .keys
            .iter()
            .find(|key| key.fields().class == old.fields().class && key.fields().epoch == old.fields().epoch);
        if same.is_some_and(|key| {
            key.generation() < old.generation() || key.fields().public_key != old.fields().public_key
        }) {
            return Err(MembershipError::Keys);
        }
    }
    Ok(())
}
