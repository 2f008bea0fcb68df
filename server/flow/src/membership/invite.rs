use std::time::Duration;

use lianfang_encoding::{NodeId, Transcript};
use lianfang_store::InviteUse;
use lianfang_wire::ProblemType;
use lianfang_wire::join::{Invitation, JoinRequest};
use rand_core::RngCore as _;

use crate::{Actor, FlowError, Node};

const LIFE: Duration = Duration::from_secs(7 * 86_400);

impl Node {
    /// Invites one node under an id of its own. The code is good once, for seven days.
    ///
    /// # Errors
    /// When this node keeps no authority and so can't admit anybody, when the id is taken or was once, or when the store
    /// fails.
    pub async fn invite(&self, actor: &Actor, node: NodeId) -> Result<Invitation, FlowError> {
        self.authority()?;
        let document = self.document();
        if document.document.members.iter().any(|member| member.id == node) {
            return Err(FlowError::because(
                ProblemType::Conflict,
                "This node id is taken, or was once: ids are never used again.",
            ));
        }
        let mut secret = [0; 32];
        self.randomness.rng().fill_bytes(&mut secret);
        let invitation = Invitation {
            federation: document.federation,
            name: document.document.name.clone(),
            node: node.clone(),
            code: hex::encode(secret),
            expires: self.now() + LIFE,
        };
        let (hash, expires) = (hash(&invitation.code), invitation.expires);
        let line = self.membership_line(actor, "invite", node.to_string());
        self.gateway
            .store(move |store| store.add_invite(&hash, &node, expires, line))
            .await?;
        Ok(invitation)
    }
}

/// Uses the invitation that `request` answers. It is good once, but for the node it invited: whose admission was
/// interrupted asks again.
pub(super) async fn use_invitation(node: &Node, request: &JoinRequest) -> Result<(), FlowError> {
    let refused = |why: &str| FlowError::because(ProblemType::Forbidden, why);
    let (hash, now) = (hash(&request.code), node.now());
    match node
        .gateway
        .store(move |store| store.use_invite(&hash, now))
        .await?
    {
        InviteUse::Accepted { node: invited } | InviteUse::AlreadyUsed { node: invited }
            if invited == request.node =>
        {
            Ok(())
        }
        InviteUse::Accepted { .. } => Err(refused("The invitation is for another node id.")),
        InviteUse::Unknown => Err(refused("This governor didn't issue that invitation.")),
        InviteUse::Expired => Err(refused("The invitation has expired; issue a new one.")),
        InviteUse::AlreadyUsed { .. } => Err(refused("The invitation was used before; issue a new one.")),
    }
}

fn hash(code: &str) -> [u8; 32] {
    Transcript::new("lianfang/invitation/v1")
        .bytes(code.as_bytes())
        .sha256()
}
