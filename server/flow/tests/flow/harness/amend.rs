//! Documents that no command makes.

use std::sync::Arc;

use lianfang_domain::Clock as _;
use lianfang_flow::Node;
use lianfang_wire::membership::{Envelope, Hash32, Membership, Quotas};

use super::{Federation, id};

impl Federation {
    /// Lets `node` start again under a next document, in which a member has other quotas. Others get it from there.
    pub(crate) async fn limit(&self, node: &str, member: &str, change: impl Fn(&mut Quotas)) -> Arc<Node> {
        let current = self.node(node).trust().current();
        let mut next = Membership {
            version: current.document.version + 1,
            previous: Some(Hash32(current.hash)),
            federation: Some(current.federation),
            issued: self.clock.now(),
            ..current.document.clone()
        };
        let limited = next.members.iter_mut().filter(|known| known.id == id(member));
        limited.for_each(|member| change(&mut member.quotas));
        let envelope = Envelope::seal(&next, &[&self.governor]).unwrap();
        self.store(node)
            .adopt_membership(next.version, &envelope.to_json(), self.clock.now(), None)
            .unwrap();
        self.restart(node).await
    }
}
