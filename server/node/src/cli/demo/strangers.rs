//! Those who must not get in: a stranger with a certificate of its own making, and a member thrown out.

use std::sync::Arc;
use std::time::Duration;

use lianfang_certs::{Authority, NodeIdentity, NodeKey, Serial};
use lianfang_domain::Clock as _;
use lianfang_encoding::NodeId;
use lianfang_flow::MembershipView;
use lianfang_peer::{HttpsPeers, Identity, NoneRevoked, Peers as _};
use rand_core::OsRng;

use super::super::Fault;
use super::federation::Federation;
use super::process::NodeProcess;
use crate::clock::SystemClock;

const SPREAD_WITHIN: Duration = Duration::from_secs(20);
const DAY: Duration = Duration::from_secs(86_400);

async fn view(node: &NodeProcess) -> Result<MembershipView, Fault> {
    Ok(node.operator()?.members().await?)
}

/// A client that shows `identity` and knows the federation's members.
async fn client(at: &NodeProcess, own: &NodeId, identity: Identity) -> Result<HttpsPeers, Fault> {
    let view = view(at).await?;
    let peers = HttpsPeers::new(view.federation, own.clone(), identity, Arc::new(NoneRevoked));
    let others: Vec<_> = view
        .members
        .into_iter()
        .filter(|member| member.id != *own)
        .collect();
    peers.adopt(&others, &[at.authority()?]).map_err(Fault::plain)?;
    Ok(peers)
}

/// A certificate that says it is platform B's, by an authority that nobody knows, is refused by A.
pub(super) async fn stranger_is_refused(federation: &Federation) -> Result<bool, Fault> {
    let (now, id) = (SystemClock.now(), federation.b.id.clone());
    let authority = Authority::create("Somebody else", 30 * DAY, now).map_err(Fault::plain)?;
    let key = NodeKey::generate().map_err(Fault::plain)?;
    let hosts = vec!["127.0.0.1".to_owned()];
    let request = key.request(&id, &hosts).map_err(Fault::plain)?;
    let fed = view(&federation.a).await?.federation;
    let identity = NodeIdentity { fed, node: id, hosts };
    let certificate = authority
        .issue(&request, &identity, DAY, now, Serial::random(&mut OsRng))
        .map_err(Fault::plain)?;
    let key = key.to_pem().map_err(Fault::plain)?;
    let identity = Identity::from_pem(&certificate, &key).map_err(Fault::plain)?;
    let stranger: NodeId = "stranger".parse().map_err(Fault::plain)?;
    let peers = client(&federation.a, &stranger, identity).await?;
    Ok(peers.info(&federation.a.id).await.is_err())
}

/// A member that is removed is refused by A on the connection it has open, and on new ones.
pub(super) async fn removed_member_is_refused(federation: &mut Federation) -> Result<bool, Fault> {
    let newcomer = federation.newcomer().await?;
    let (certificate, key) = newcomer.identity()?;
    let identity = || Identity::from_pem(&certificate, &key).map_err(Fault::plain);
    until(federation, |view| {
        view.members.iter().any(|member| member.id == newcomer.id)
    })
    .await?;
    let open = client(&federation.a, &newcomer.id, identity()?).await?;
    if open.info(&federation.a.id).await.is_err() {
        return Err(Fault::plain("a new member isn't let in"));
    }
    federation
        .regulator
        .command(["federation", "remove", newcomer.id.as_str()])
        .await?;
    until(federation, |view| {
        view.members
            .iter()
            .any(|member| member.id == newcomer.id && !member.is_active())
    })
    .await?;
    let refused_open = open.info(&federation.a.id).await.is_err();
    let anew = client(&federation.a, &newcomer.id, identity()?).await?;
    Ok(refused_open && anew.info(&federation.a.id).await.is_err())
}

/// Waits until A's membership document says so; the regulator tells it without being asked.
async fn until(federation: &Federation, holds: impl Fn(&MembershipView) -> bool) -> Result<(), Fault> {
    let wait = async {
        while !holds(&view(&federation.a).await?) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    };
    tokio::time::timeout(SPREAD_WITHIN, wait)
        .await
        .unwrap_or_else(|_| Err(Fault::plain("a change of members didn't reach platform A")))
}
