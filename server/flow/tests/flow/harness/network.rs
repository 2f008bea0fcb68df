use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use lianfang_digest::ListId;
use lianfang_encoding::{Audience, NodeId};
use lianfang_flow::{FlowError, Node};
use lianfang_peer::{BodyStream, PeerError, Peers};
use lianfang_wire::confirm::{ConfirmRequest, ConfirmResponse};
use lianfang_wire::feed::StatusPage;
use lianfang_wire::info::{Info, ListHead, Notice};
use lianfang_wire::membership::Member;
use lianfang_wire::restore::{Claim, SeenAnswer};

/// What isn't told by then isn't told at all.
const NEVER: Duration = Duration::from_secs(60);

/// Changes an answer on its way: (what was asked, answer).
pub(crate) type Tampering = Box<dyn Fn(&str, Vec<u8>) -> Vec<u8> + Send + Sync>;

/// Who is up, what was said, and who meddles.
#[derive(Default)]
pub(crate) struct Network {
    nodes: Mutex<HashMap<NodeId, Arc<Node>>>,
    said: Mutex<Vec<Vec<u8>>>,
    tampering: Mutex<Option<Tampering>>,
    withholding: Mutex<BTreeSet<NodeId>>,
    /// Pairs that can't reach each other, the lesser name first.
    cut: Mutex<BTreeSet<(NodeId, NodeId)>>,
    /// What is asked of whom without an answer for now.
    held: tokio::sync::watch::Sender<BTreeSet<(&'static str, NodeId)>>,
    /// What has been asked of them since.
    waiting: tokio::sync::watch::Sender<BTreeSet<(&'static str, NodeId)>>,
    /// Who doesn't confirm anything.
    silent: Mutex<BTreeSet<NodeId>>,
    /// How often each was asked to confirm something.
    confirmations: Mutex<HashMap<NodeId, usize>>,
    /// Who has told whom that there is news, and the version of the membership document that the teller had then.
    notices: tokio::sync::watch::Sender<BTreeMap<(NodeId, NodeId), u64>>,
}

impl Network {
    pub(crate) fn add(&self, node: Arc<Node>) {
        self.nodes.lock().unwrap().insert(node.id().clone(), node);
    }

    pub(crate) fn stop(&self, node: &NodeId) {
        self.nodes.lock().unwrap().remove(node);
    }

    pub(crate) fn node(&self, node: &NodeId) -> Arc<Node> {
        self.nodes.lock().unwrap()[node].clone()
    }

    /// Everything that any two nodes have said to each other.
    pub(crate) fn capture(&self) -> Vec<u8> {
        self.said.lock().unwrap().concat()
    }

    /// As much as a long run doesn't want to keep.
    pub(crate) fn forget_what_was_said(&self) {
        self.said.lock().unwrap().clear();
    }

    /// From now on neither reaches the other.
    pub(crate) fn cut(&self, one: &NodeId, other: &NodeId) {
        self.cut.lock().unwrap().insert(link(one, other));
    }

    /// They reach each other again.
    pub(crate) fn heal(&self, one: &NodeId, other: &NodeId) {
        self.cut.lock().unwrap().remove(&link(one, other));
    }

    /// Every link that is cut.
    pub(crate) fn cuts(&self) -> Vec<(NodeId, NodeId)> {
        self.cut.lock().unwrap().iter().cloned().collect()
    }

    /// Who has told `node` of news since the last call.
    pub(crate) fn notices_to(&self, node: &NodeId) -> Vec<NodeId> {
        let mut mine = Vec::new();
        self.notices.send_modify(|notices| {
            let (told, others) = std::mem::take(notices)
                .into_iter()
                .partition::<BTreeMap<_, _>, _>(|((_, to), _)| to == node);
            *notices = others;
            mine.extend(told.into_keys().map(|(from, _)| from));
        });
        mine
    }

    /// Waits for `one`, with this version of the membership document or a later one in force, to tell `other` of news.
    pub(crate) async fn is_told(&self, one: &NodeId, other: &NodeId, version: u64) -> bool {
        let notice = (one.clone(), other.clone());
        let mut notices = self.notices.subscribe();
        let told = notices.wait_for(|notices| notices.get(&notice).is_some_and(|told| *told >= version));
        tokio::time::timeout(NEVER, told).await.is_ok()
    }

    pub(crate) fn tamper(&self, with: Tampering) {
        *self.tampering.lock().unwrap() = Some(with);
    }

    /// From now on every body of this node's breaks off after a first piece.
    pub(crate) fn break_off_bodies_of(&self, node: &NodeId) {
        self.withholding.lock().unwrap().insert(node.clone());
    }

    pub(crate) fn deliver_bodies_of(&self, node: &NodeId) {
        self.withholding.lock().unwrap().remove(node);
    }

    /// From now on `node` takes its time to answer this.
    pub(crate) fn hold(&self, asked: &'static str, node: &NodeId) {
        self.held.send_modify(|held| {
            held.insert((asked, node.clone()));
        });
    }

    /// Once somebody has asked `node` for what it takes its time to answer.
    pub(crate) async fn is_held(&self, asked: &'static str, node: &NodeId) {
        let asked = (asked, node.clone());
        let mut waiting = self.waiting.subscribe();
        let waits = waiting.wait_for(|waiting| waiting.contains(&asked));
        tokio::time::timeout(NEVER, waits).await.unwrap().unwrap();
    }

    /// It answers everything.
    pub(crate) fn let_go(&self) {
        self.held.send_modify(BTreeSet::clear);
    }

    /// From now on `node` can't be reached when it is asked to confirm something.
    pub(crate) fn refuse_to_confirm(&self, node: &NodeId) {
        self.silent.lock().unwrap().insert(node.clone());
    }

    pub(crate) fn confirmations_asked_of(&self, node: &NodeId) -> usize {
        self.confirmations.lock().unwrap().get(node).copied().unwrap_or(0)
    }

    async fn wait_for(&self, asked: &'static str, node: &NodeId) {
        let asked = (asked, node.clone());
        let mut held = self.held.subscribe();
        if held.borrow().contains(&asked) {
            self.waiting.send_modify(|waiting| {
                waiting.insert(asked.clone());
            });
        }
        held.wait_for(|held| !held.contains(&asked)).await.unwrap();
    }

    pub(crate) fn peers_of(self: &Arc<Self>, own: &NodeId) -> InMemory {
        self.peers_behind(own, Arc::default())
    }

    /// The same, without a way to whoever is in `unreachable`.
    pub(crate) fn peers_behind(self: &Arc<Self>, own: &NodeId, unreachable: Unreachable) -> InMemory {
        InMemory {
            network: Arc::clone(self),
            own: own.clone(),
            unreachable,
        }
    }

    fn hear(&self, bytes: &[u8]) {
        self.said.lock().unwrap().push(bytes.to_vec());
    }

    fn pass(&self, asked: &str, answer: Vec<u8>) -> Vec<u8> {
        let answer = match self.tampering.lock().unwrap().as_ref() {
            Some(tampering) => tampering(asked, answer),
            None => answer,
        };
        self.hear(&answer);
        answer
    }
}

/// The version of the membership document that a node has in force.
fn newest(node: &Node) -> u64 {
    node.trust().current().document.version
}

fn link(one: &NodeId, other: &NodeId) -> (NodeId, NodeId) {
    let (lesser, greater) = if one < other { (one, other) } else { (other, one) };
    (lesser.clone(), greater.clone())
}

/// Whom a node has no way to at present.
pub(crate) type Unreachable = Arc<Mutex<BTreeSet<NodeId>>>;

/// One node's view of the others.
pub(crate) struct InMemory {
    network: Arc<Network>,
    own: NodeId,
    unreachable: Unreachable,
}

impl InMemory {
    fn find(&self, to: &NodeId) -> Result<Arc<Node>, PeerError> {
        if self.unreachable.lock().unwrap().contains(to) {
            return Err(PeerError::Unreachable("no way"));
        }
        if self.network.cut.lock().unwrap().contains(&link(&self.own, to)) {
            return Err(PeerError::Unreachable("cut"));
        }
        let nodes = self.network.nodes.lock().unwrap();
        nodes.get(to).cloned().ok_or(PeerError::Unreachable("stopped"))
    }
}

fn refused(error: FlowError) -> PeerError {
    PeerError::Refused(Box::new(error.problem()))
}

#[async_trait]
impl Peers for InMemory {
    fn adopt(&self, _: &[Member], _: &[String]) -> Result<(), PeerError> {
        Ok(())
    }

    async fn info(&self, to: &NodeId) -> Result<Info, PeerError> {
        self.network.wait_for("info", to).await;
        let info = self.find(to)?.info(&self.own).await.map_err(refused)?;
        let bytes = self.network.pass("info", serde_json::to_vec(&info).unwrap());
        serde_json::from_slice(&bytes).map_err(|_| PeerError::Malformed)
    }

    async fn membership(&self, to: &NodeId, version: Option<u64>) -> Result<Vec<u8>, PeerError> {
        let bytes = self
            .find(to)?
            .membership(&self.own, version)
            .await
            .map_err(refused)?;
        Ok(self.network.pass("membership", bytes))
    }

    async fn evaluate(&self, to: &NodeId, request: Vec<u8>) -> Result<Vec<u8>, PeerError> {
        self.network.hear(&request);
        self.network.wait_for("evaluate", to).await;
        let bytes = self
            .find(to)?
            .evaluate(&self.own, &request)
            .await
            .map_err(refused)?;
        Ok(self.network.pass("evaluate", bytes))
    }

    async fn confirm(&self, to: &NodeId, request: &ConfirmRequest) -> Result<ConfirmResponse, PeerError> {
        *self
            .network
            .confirmations
            .lock()
            .unwrap()
            .entry(to.clone())
            .or_default() += 1;
        self.network.wait_for("confirm", to).await;
        if self.network.silent.lock().unwrap().contains(to) {
            return Err(PeerError::Timeout);
        }
        self.network.hear(&serde_json::to_vec(request).unwrap());
        let answer = self
            .find(to)?
            .confirm(&self.own, request.clone())
            .await
            .map_err(refused)?;
        let bytes = self.network.pass("confirm", serde_json::to_vec(&answer).unwrap());
        serde_json::from_slice(&bytes).map_err(|_| PeerError::Malformed)
    }

    async fn heads(&self, to: &NodeId, list: &ListId, after: u64) -> Result<Vec<Vec<u8>>, PeerError> {
        let heads = self
            .find(to)?
            .digest_heads(&self.own, list, after)
            .await
            .map_err(refused)?;
        Ok(heads
            .into_iter()
            .map(|head| self.network.pass("head", head))
            .collect())
    }

    async fn held(&self, to: &NodeId, known: [u8; 32]) -> Result<Option<Vec<ListHead>>, PeerError> {
        let peer = self.find(to)?;
        let held = peer.held(&self.own, &known).await.map_err(refused)?;
        let bytes = self.network.pass("held", serde_json::to_vec(&held).unwrap());
        serde_json::from_slice(&bytes).map_err(|_| PeerError::Malformed)
    }

    async fn held_head(&self, to: &NodeId, list: &ListId, sequence: u64) -> Result<Vec<u8>, PeerError> {
        let peer = self.find(to)?;
        let head = peer.held_head(&self.own, list, sequence).await;
        Ok(self.network.pass("held_head", head.map_err(refused)?))
    }

    async fn body(&self, to: &NodeId, hash: [u8; 32], from: u64) -> Result<BodyStream, PeerError> {
        self.network.wait_for("body", to).await;
        let file = self
            .find(to)?
            .digest_body(&self.own, hash)
            .await
            .map_err(refused)?;
        let body = std::fs::read(file.path).map_err(|_| PeerError::Malformed)?;
        let Some(rest) = body
            .get(from as usize..)
            .filter(|rest| from == 0 || !rest.is_empty())
        else {
            return Err(PeerError::Refused(Box::new(
                lianfang_wire::ProblemType::RangeNotSatisfiable.into(),
            )));
        };
        let body = self.network.pass("body", rest.to_vec());
        let mut pieces: Vec<_> = body
            .chunks(10_000)
            .map(|piece| Ok(piece.to_vec().into()))
            .collect();
        if self.network.withholding.lock().unwrap().contains(to) {
            pieces.truncate(1);
            pieces.push(Err(PeerError::Unreachable("cut off")));
        }
        Ok(futures_util::stream::iter(pieces).boxed())
    }

    async fn status(&self, to: &NodeId, audience: &Audience, after: u64) -> Result<StatusPage, PeerError> {
        let page = self
            .find(to)?
            .status(&self.own, audience.clone(), after, 100)
            .await
            .map_err(refused)?;
        let bytes = self.network.pass("status", serde_json::to_vec(&page).unwrap());
        serde_json::from_slice(&bytes).map_err(|_| PeerError::Malformed)
    }

    async fn seen(&self, to: &NodeId, own: &NodeId) -> Result<SeenAnswer, PeerError> {
        let answer = self.find(to)?.seen(&self.own, own).await.map_err(refused)?;
        let bytes = self.network.pass("seen", serde_json::to_vec(&answer).unwrap());
        serde_json::from_slice(&bytes).map_err(|_| PeerError::Malformed)
    }

    async fn claim(&self, to: &NodeId, own: &NodeId, claim: &Claim) -> Result<SeenAnswer, PeerError> {
        let answer = self
            .find(to)?
            .claimed(&self.own, own, claim.clone())
            .await
            .map_err(refused)?;
        let bytes = self.network.pass("claim", serde_json::to_vec(&answer).unwrap());
        serde_json::from_slice(&bytes).map_err(|_| PeerError::Malformed)
    }

    async fn seen_status(
        &self,
        to: &NodeId,
        own: &NodeId,
        audience: &Audience,
        after: u64,
    ) -> Result<StatusPage, PeerError> {
        let peer = self.find(to)?;
        peer.seen_status(&self.own, own, audience.clone(), after)
            .await
            .map_err(refused)
    }

    // Tests sync by hand, so that nothing happens behind their back. A notice to whom it can't reach is lost.
    async fn notify(&self, to: &NodeId, _: &Notice) -> Result<(), PeerError> {
        let problem = self.network.pass("notify", Vec::new());
        if !problem.is_empty() {
            let problem = serde_json::from_slice(&problem).unwrap();
            return Err(PeerError::Refused(Box::new(problem)));
        }
        if self.find(to).is_ok() {
            let version = self.find(&self.own).map_or(0, |own| newest(&own));
            let notice = (self.own.clone(), to.clone());
            self.network.notices.send_modify(|notices| {
                notices.insert(notice, version);
            });
        }
        Ok(())
    }
}
