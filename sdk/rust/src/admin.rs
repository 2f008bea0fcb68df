//! What only the operator's socket offers. Reports are the node's own; the caller names their type.

use std::time::Duration;

use lianfang_encoding::{Class, NodeId};
use lianfang_wire::budget::{Budgets, CreditGranted, CreditWithdrawn, GrantCredit, MemberBudget};
use lianfang_wire::explanation::Explanation;
use lianfang_wire::join::{Invitation, JoinRequest, Welcome};
use lianfang_wire::names::{RankNames, RankedName};
use lianfang_wire::renewal::{GrantRenewal, RenewalRequest, Renewed};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{Client, Error};

/// With hundreds of peers, some of whom have everything anew.
const LONG_SYNC: Duration = Duration::from_secs(3_600);

impl Client {
    /// Fetches now what peers have, or only says what would be fetched. `T` is the node's report.
    ///
    /// # Errors
    /// [`Error`]; what went wrong with single peers is in the report.
    pub async fn sync<T: DeserializeOwned>(&self, peer: Option<&NodeId>, dry_run: bool) -> Result<T, Error> {
        self.post("/v1/admin/sync", &json!({ "peer": peer, "dry_run": dry_run }))
            .await
    }

    /// The same, and gives each line of the answer to `each` as it comes: one for each peer that is done, then the report.
    /// `T` is the node's line.
    ///
    /// # Errors
    /// [`Error`]; what went wrong with single peers is in the report.
    pub async fn sync_lines<T: DeserializeOwned>(
        &self,
        peer: Option<&NodeId>,
        dry_run: bool,
        each: impl FnMut(T),
    ) -> Result<(), Error> {
        let request = self
            .request(Method::POST, "/v1/admin/sync")
            .json(&json!({ "peer": peer, "dry_run": dry_run }))
            .timeout(LONG_SYNC);
        self.lines(request, each).await
    }

    /// Builds now what is due for publication. `T` is the node's report.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn build_digests<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.answer(self.request(Method::POST, "/v1/admin/digests")).await
    }

    /// Puts a new data key in force; [`Client::reseal`] seals with it what is there already.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn rotate_data_key(&self) -> Result<(), Error> {
        let rotated: Result<serde_json::Value, _> = self
            .post("/v1/admin/keys/data", &json!({ "action": "rotate" }))
            .await;
        rotated.map(drop)
    }

    /// Seals a part of what older data keys sealed anew. Returns how many rows it was; 0 when none was left.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn reseal(&self) -> Result<u64, Error> {
        let answer: serde_json::Value = self
            .post("/v1/admin/keys/data", &json!({ "action": "reseal" }))
            .await?;
        answer["resealed"].as_u64().ok_or(Error::Malformed)
    }

    /// Which data key is in force, and what older ones still seal. `T` is the node's report.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn data_key<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.get("/v1/admin/keys/data").await
    }

    /// Why an entry, a peer or a screening, whichever `id` names, is as it is.
    ///
    /// # Errors
    /// [`Error::Refused`] when it names none of them.
    pub async fn explain(&self, id: &str) -> Result<Explanation, Error> {
        self.get(&format!("/v1/admin/explain/{id}")).await
    }

    /// Names in the node's own entries that resemble one, the most similar first.
    ///
    /// # Errors
    /// [`Error::Refused`] when the kind isn't a name.
    pub async fn rank_names(&self, asked: &RankNames) -> Result<Vec<RankedName>, Error> {
        self.post("/v1/admin/names", asked).await
    }

    /// What each member may have evaluated at the node, for each class of which it holds a key share.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn budgets(&self) -> Result<Vec<MemberBudget>, Error> {
        let budgets: Budgets = self.get("/v1/admin/budgets").await?;
        Ok(budgets.items)
    }

    /// Lets a member have more elements evaluated at the node, once: an allowance to try as many inputs out. It adds to what
    /// stands; under a key (see [`Client::keyed`]) it is granted once.
    ///
    /// # Errors
    /// [`Error::Refused`] when it isn't an active member, the node holds no share of the class, or it would be too much.
    pub async fn grant_credit(&self, asked: &GrantCredit) -> Result<CreditGranted, Error> {
        self.post("/v1/admin/budgets/credits", asked).await
    }

    /// Ends a member's credit for a class and says how many elements were left of it, 0 when none stood.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn withdraw_credit(&self, member: &NodeId, class: Class) -> Result<CreditWithdrawn, Error> {
        let path = format!("/v1/admin/budgets/credits/{member}/{class}");
        self.answer(self.request(Method::DELETE, &path)).await
    }

    /// The federation as the node sees it. `T` is the node's view.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn members<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.get("/v1/admin/members").await
    }

    /// Invites a node under an id of its own.
    ///
    /// # Errors
    /// [`Error::Refused`] when the id is taken or was once.
    pub async fn invite(&self, node: &NodeId) -> Result<Invitation, Error> {
        self.post("/v1/admin/invitations", &json!({ "node": node })).await
    }

    /// Admits a node that was invited.
    ///
    /// # Errors
    /// [`Error::Refused`] when the invitation isn't good or the request breaks a rule.
    pub async fn approve(&self, request: &JoinRequest) -> Result<Welcome, Error> {
        self.post("/v1/admin/members", request).await
    }

    /// Certifies a member's new key and pins it in the place of the old one, which counts beside it for `overlap`.
    ///
    /// # Errors
    /// [`Error::Refused`] when the member didn't sign the request or another key is in force.
    pub async fn replace_certificate(
        &self,
        asked: &RenewalRequest,
        overlap: Duration,
    ) -> Result<Renewed, Error> {
        let granted = GrantRenewal {
            request: asked.request.clone(),
            overlap_seconds: overlap.as_secs(),
        };
        self.post(&format!("/v1/admin/members/{}/certificate", asked.node), &granted)
            .await
    }

    /// Lets the membership document count for `days` from now on. `T` is the node's view.
    ///
    /// # Errors
    /// [`Error::Refused`] when the node is no governor, or the document lasts longer already.
    pub async fn extend_membership<T: DeserializeOwned>(&self, days: u32) -> Result<T, Error> {
        self.post("/v1/admin/membership/extension", &json!({ "days": days }))
            .await
    }

    /// Removes a member for good.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such active member.
    pub async fn remove(&self, node: &NodeId) -> Result<(), Error> {
        self.bytes(self.request(Method::DELETE, &format!("/v1/admin/members/{node}")))
            .await
            .map(drop)
    }
}
