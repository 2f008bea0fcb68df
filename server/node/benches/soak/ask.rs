use std::sync::Mutex;

use lianfang_node::auth::Scope;
use lianfang_wire::taxii::{Envelope, MEDIA_TYPE};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::deeds::Surprise;
use crate::harness::federation::client;
use crate::sites::Site;

/// What a node answered.
pub(crate) struct Answer {
    status: u16,
    pub(crate) body: String,
}

impl Answer {
    async fn of(request: RequestBuilder) -> Result<Self, Surprise> {
        // Where the node's address stands in an error it differs each time.
        let failed = |error: reqwest::Error| format!("{:?}", error.without_url());
        let answer = request.send().await.map_err(failed)?;
        Ok(Self {
            status: answer.status().as_u16(),
            body: answer.text().await.map_err(failed)?,
        })
    }

    pub(crate) fn due(&self, status: u16) -> Result<(), Surprise> {
        if self.status == status {
            return Ok(());
        }
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_default();
        Err(format!(
            "{} instead of {status}, {}",
            self.status, problem["type"]
        ))
    }
}

impl Site {
    /// Every other request over HTTP/2.
    fn request(&self, method: Method, path: &str, scope: Scope, salt: u32) -> RequestBuilder {
        let client = &self.plain[usize::from(salt.is_multiple_of(2))];
        client
            .request(method, self.url(path))
            .bearer_auth(self.token(scope))
    }

    pub(crate) async fn get(&self, path: &str, scope: Scope, salt: u32) -> Result<Answer, Surprise> {
        Answer::of(self.request(Method::GET, path, scope, salt)).await
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        scope: Scope,
        body: &Value,
        salt: u32,
    ) -> Result<Answer, Surprise> {
        Answer::of(self.request(Method::POST, path, scope, salt).json(body)).await
    }

    pub(crate) async fn post_text(
        &self,
        path: &str,
        scope: Scope,
        body: &str,
        salt: u32,
    ) -> Result<Answer, Surprise> {
        let request = self.request(Method::POST, path, scope, salt);
        let request = request.header("content-type", "application/json");
        Answer::of(request.body(body.to_owned())).await
    }

    pub(crate) async fn post_lines(&self, path: &str, lines: &str, salt: u32) -> Result<Answer, Surprise> {
        let request = self.request(Method::POST, path, Scope::ScreeningsWrite, salt);
        let request = request.header("content-type", "application/x-ndjson");
        Answer::of(request.body(lines.to_owned())).await
    }

    pub(crate) async fn monitor(&self, reference: &str, subject: &Value) -> Result<Answer, Surprise> {
        let path = format!("/v1/monitored-subjects/{reference}");
        Answer::of(
            self.request(Method::PUT, &path, Scope::RosterWrite, 0)
                .json(subject),
        )
        .await
    }

    pub(crate) async fn forget(&self, reference: &str) -> Result<Answer, Surprise> {
        let path = format!("/v1/monitored-subjects/{reference}");
        Answer::of(self.request(Method::DELETE, &path, Scope::RosterWrite, 1)).await
    }

    /// With a token that nobody has issued.
    pub(crate) async fn stranger(&self, salt: u32) -> Result<Answer, Surprise> {
        let mut token = self.token(Scope::ScreeningsRead);
        token.truncate(token.len() - 4);
        let client = &self.plain[usize::from(salt.is_multiple_of(2))];
        Answer::of(client.get(self.url("/v1/peers")).bearer_auth(token)).await
    }

    /// Over a connection of its own.
    pub(crate) async fn anew(&self, salt: u32) -> Result<Answer, Surprise> {
        let client = client(&self.authority, None, salt.is_multiple_of(2));
        let request = client.get(self.url("/v1/peers"));
        Answer::of(request.bearer_auth(self.token(Scope::PeersRead))).await
    }

    pub(crate) async fn figures(&self) -> Result<Answer, Surprise> {
        let url = format!("http://127.0.0.1:{}/metrics", self.operations);
        Answer::of(self.plain[0].get(url)).await
    }

    /// One page, from where the last one ended; from the beginning after the last.
    pub(crate) async fn read_feed(&self, place: &Mutex<Option<String>>) -> Result<(), Surprise> {
        let next = place.lock().unwrap().take();
        let next = next.map_or_else(String::new, |next| format!("&next={next}"));
        let url = format!(
            "https://127.0.0.1:{}/taxii2/feed/collections/sellers/objects/?limit=100{next}",
            self.regulator
        );
        let answer = Answer::of(self.reader.get(url).header("accept", MEDIA_TYPE)).await?;
        answer.due(200)?;
        let page: Envelope = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        *place.lock().unwrap() = page.next;
        Ok(())
    }
}
