use std::sync::Arc;
use std::time::Duration;

use lianfang_certs::NodeIdentity;
use lianfang_encoding::NodeId;
use lianfang_wire::ProblemType;
use lianfang_wire::membership::{Hash32, Member, RetiringPin};
use lianfang_wire::renewal::{Renewal, Renewed};

use super::change::AUDITED;
use super::reached::is_reached;
use crate::trust::active_member;
use crate::{Actor, FlowError, Node};

/// A key that leaves is out after this at the latest.
const LONGEST_OVERLAP: Duration = Duration::from_secs(30 * 86_400);

impl Node {
    /// Certifies a member's new TLS key and pins it in the place of the old one, which counts beside it for `overlap`.
    /// Asked again for the key that it has pinned, it certifies that again and changes nothing: the answer may have been
    /// lost, and with it the only certificate. Whoever else shows the request gets nothing that he has a key for.
    ///
    /// # Errors
    /// When this node is no governor or keeps no authority, when the membership document has expired, when there is no
    /// such active member, or when it hasn't signed the request, the request isn't about the key that is pinned, or it
    /// doesn't name the host where others find the member.
    pub async fn replace_certificate(
        self: &Arc<Self>,
        actor: &Actor,
        node: &NodeId,
        request: &str,
        overlap: Duration,
    ) -> Result<Renewed, FlowError> {
        self.check_standing()?;
        let adopting = Arc::clone(&self.adopting).lock_owned().await;
        self.take_up_membership().await?;
        let document = self.document();
        let member = active_member(&document.document, node).ok_or(FlowError::NotFound)?;
        if overlap > LONGEST_OVERLAP {
            return Err(invalid("/overlap_seconds: at most 2592000, thirty days."));
        }
        let renewal = Renewal::verify(request, &member.signing_keys)
            .map_err(|error| invalid(&format!("/request: {error}. The member has to sign it.")))?;
        if !is_reached(&member.endpoint, &renewal.hosts) {
            return Err(invalid(
                "/request: the host of the member's endpoint isn't among its hosts, so that nobody would accept the \
                 certificate there. Make a new one with `lianfang federation renew --endpoint` and the endpoint that \
                 `lianfang federation members` shows.",
            ));
        }
        let pin = self.new_pin(member, &renewal)?;
        let identity = NodeIdentity {
            fed: renewal.fed,
            node: renewal.iss,
            hosts: renewal.hosts,
        };
        let mut next = self.successor_in_time()?;
        let (action, of) = ("replace_certificate", node.to_string());
        if pin == member.pin {
            let membership_version = self.pinned_since(node).await?;
            let certificate = self.certify(&identity, &renewal.csr, membership_version)?;
            self.audit(actor, action, of, AUDITED, "again").await?;
            return Ok(Renewed {
                node: node.clone(),
                certificate,
                membership_version,
                until: member.retiring.map_or(self.now(), |retiring| retiring.until),
            });
        }
        let certificate = self.certify(&identity, &renewal.csr, next.version)?;
        let until = self.now() + overlap;
        let retiring = RetiringPin {
            pin: member.pin,
            until,
        };
        for member in next.members.iter_mut().filter(|member| member.id == *node) {
            member.pin = pin;
            member.retiring = (!overlap.is_zero()).then_some(retiring);
        }
        let membership_version = next.version;
        let line = self.membership_line(actor, action, of);
        self.put_forward(next, line, adopting).await?;
        Ok(Renewed {
            node: node.clone(),
            certificate,
            membership_version,
            until,
        })
    }

    /// The pin of the key that is to be certified: one that follows the key in force, or did.
    fn new_pin(&self, member: &Member, renewal: &Renewal) -> Result<Hash32, FlowError> {
        if renewal.iss != member.id || renewal.fed != self.trust.federation() {
            return Err(invalid("/request: it is of another member or federation."));
        }
        let pin = lianfang_certs::request_pin(&renewal.csr).map_err(|error| invalid(&error.to_string()))?;
        let pin = Hash32(pin);
        if renewal.replaces == pin {
            return Err(invalid(
                "/request: it replaces a key with itself; a certificate for it needs no change of the membership.",
            ));
        }
        if renewal.replaces != member.pin && pin != member.pin {
            let detail = "The request replaces another key than the one in force. Make a new one with `lianfang federation renew`.";
            return Err(FlowError::because(ProblemType::Conflict, detail));
        }
        Ok(pin)
    }
}

fn invalid(detail: &str) -> FlowError {
    FlowError::because(ProblemType::Invalid, detail)
}
