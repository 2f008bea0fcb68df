//! Whether configuration and keys are those of the member that they say they are. What one signs under another's name
//! nobody else takes, and it stays in the node's chain for good.

use lianfang_encoding::PublicKey;
use lianfang_wire::membership::Membership;

use super::StartError;
use crate::config::Config;

/// # Errors
/// [`StartError::NoMember`], [`StartError::AnotherSigningKey`] or [`StartError::Contradicts`].
pub(super) fn check(config: &Config, document: &Membership, signing: &PublicKey) -> Result<(), StartError> {
    let own = &config.node;
    let member = document
        .members
        .iter()
        .find(|member| member.id == own.id)
        .ok_or_else(|| StartError::NoMember(own.id.to_string()))?;
    if !member.signing_keys.contains(signing) {
        return Err(StartError::AnotherSigningKey(own.id.to_string()));
    }
    let said = [
        ("node.role", own.role.to_string(), member.role.to_string()),
        (
            "node.jurisdiction",
            own.jurisdiction.to_string(),
            member.jurisdiction.clone(),
        ),
    ];
    match said.into_iter().find(|(_, here, there)| here != there) {
        Some((field, here, there)) => Err(StartError::Contradicts { field, here, there }),
        None => Ok(()),
    }
}
