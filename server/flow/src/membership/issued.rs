use std::collections::BTreeMap;

use lianfang_certs::Serial;
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_wire::membership::{Hash32, Member, ParsedMembership};

use crate::FlowError;
use crate::trust::{active_member, checked};

/// The certificate of a member under one of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    pub node: NodeId,
    pub serial: Serial,
    /// The version of the membership document that began to pin the key.
    pub since: u64,
    /// Whether the newest version admits it, be it under the key that is retiring.
    pub is_pinned: bool,
    pin: Hash32,
}

/// The certificates that were issued with the documents of a chain, genesis first and without a gap: one for each key
/// of each member.
///
/// # Errors
/// [`FlowError::Membership`] when the chain doesn't hold.
pub fn issued(
    envelopes: impl IntoIterator<Item = Vec<u8>>,
    now: Timestamp,
) -> Result<Vec<Issued>, FlowError> {
    let (mut all, mut pins) = (Vec::new(), BTreeMap::new());
    let newest = checked(envelopes, |parsed| {
        for member in &parsed.document.members {
            if pins.insert(member.id.clone(), member.pin) != Some(member.pin) {
                all.push(of(parsed, member));
            }
        }
    })?;
    for issued in &mut all {
        let holder = active_member(&newest.document, &issued.node);
        issued.is_pinned = holder.is_some_and(|member| member.is_pinned(&issued.pin.0, now));
    }
    Ok(all)
}

fn of(parsed: &ParsedMembership, member: &Member) -> Issued {
    let since = parsed.document.version;
    Issued {
        node: member.id.clone(),
        serial: Serial::pinned(&parsed.federation, &member.id, &member.pin.0, since),
        since,
        is_pinned: false,
        pin: member.pin,
    }
}
