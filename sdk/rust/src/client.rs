use std::fmt;
use std::path::Path;
use std::time::Duration;

use lianfang_wire::Problem;
use lianfang_wire::problem::ProblemType;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Trust};

const CONNECT: Duration = Duration::from_secs(5);
/// Long enough for a batch or a sync; single answers come in milliseconds.
const ANSWER: Duration = Duration::from_secs(120);
/// Larger than any answer of a node.
const MAX_ANSWER: usize = 256 * 1024 * 1024;

/// A connection to one node's platform door or operator socket. Clones share it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<SecretString>,
    idempotency_key: Option<String>,
}

impl Client {
    /// The platform door at `base` (`https://host:port`) for the holder of `token` (`lianfang token issue`).
    ///
    /// # Errors
    /// [`Error::Configuration`] when `base` isn't `https` or `trust` holds no usable authority.
    pub fn https(base: &str, token: &str, trust: &Trust) -> Result<Self, Error> {
        if !base.starts_with("https://") {
            return Err(Error::Configuration("a platform door is reached by https"));
        }
        let http = builder()
            .tls_backend_preconfigured(trust.tls()?)
            .https_only(true)
            .build()
            .map_err(|_| Error::Configuration("the client can't be set up"))?;
        let token = Some(SecretString::from(token.to_owned()));
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            token,
            idempotency_key: None,
        })
    }

    /// The operator's socket of the node that runs on `socket` (`operator.sock` in its data folder). Whoever may
    /// open it may do everything.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the client can't be set up; whether a node listens shows with the first call.
    pub fn operator(socket: &Path) -> Result<Self, Error> {
        let http = builder()
            .tls_backend_preconfigured(no_tls()?)
            .unix_socket(socket)
            .build()
            .map_err(|_| Error::Configuration("the client can't be set up"))?;
        Ok(Self {
            http,
            base: "http://operator".to_owned(),
            token: None,
            idempotency_key: None,
        })
    }

    /// The same client, whose next state-changing call carries `key`: sent twice, it is done once and answered
    /// twice (24 hours). Use a fresh key for each thing that is to happen. A batch under a key has at most 4 MiB, unless
    /// the node's `limits.keyed_bytes` says otherwise.
    #[must_use]
    pub fn keyed(&self, key: impl Into<String>) -> Self {
        Self {
            idempotency_key: Some(key.into()),
            ..self.clone()
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        match &self.idempotency_key {
            Some(key) if method == Method::POST => request.header("Idempotency-Key", key),
            _ => request,
        }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.answer(self.request(Method::POST, path).json(body)).await
    }

    /// Sends one JSON document per line and reads as many results.
    pub(crate) async fn post_lines<T: DeserializeOwned>(
        &self,
        path: &str,
        lines: impl IntoIterator<Item = impl Serialize>,
    ) -> Result<Vec<T>, Error> {
        let mut body = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut body, &line)
                .map_err(|_| Error::Configuration("a line can't be written as JSON"))?;
            body.push(b'\n');
        }
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-ndjson")
            .body(body);
        let answer = self.bytes(request).await?;
        answer
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).map_err(|_| Error::Malformed))
            .collect()
    }

    /// Asks for an answer of one JSON document per line and gives each to `each` as it comes.
    pub(crate) async fn lines<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        mut each: impl FnMut(T),
    ) -> Result<(), Error> {
        let mut response = request.header(ACCEPT, "application/x-ndjson").send().await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let mut begun = Vec::new();
        while let Some(piece) = response.chunk().await? {
            if begun.len() + piece.len() > MAX_ANSWER {
                return Err(Error::Malformed);
            }
            begun.extend_from_slice(&piece);
            while let Some(end) = begun.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = begun.drain(..=end).collect();
                each(serde_json::from_slice(&line).map_err(|_| Error::Malformed)?);
            }
        }
        match begun.is_empty() {
            true => Ok(()),
            false => Err(Error::Malformed),
        }
    }

    pub(crate) async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let body = self.bytes(request).await?;
        serde_json::from_slice(&body).map_err(|_| Error::Malformed)
    }

    /// The body of a successful answer.
    pub(crate) async fn bytes(&self, request: RequestBuilder) -> Result<Vec<u8>, Error> {
        let response = request.send().await?;
        if response.status().is_success() {
            return read(response).await;
        }
        Err(self.refusal(response).await)
    }

    /// What an answer says that isn't a success.
    pub(crate) async fn refusal(&self, response: Response) -> Error {
        let status = response.status().as_u16();
        let body = match read(response).await {
            Ok(body) => body,
            Err(error) => return error,
        };
        let problem = serde_json::from_slice(&body).unwrap_or_else(|_| Problem {
            status,
            ..Problem::new(ProblemType::Unavailable)
        });
        Error::Refused(Box::new(problem))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.base)
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .tcp_nodelay(true)
        .user_agent(concat!("lianfang-sdk/", env!("CARGO_PKG_VERSION")))
}

/// The socket speaks plain HTTP, but the library wants to know how it would speak TLS.
fn no_tls() -> Result<rustls::ClientConfig, Error> {
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::Configuration("TLS can't be set up"))?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(config)
}

async fn read(mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > MAX_ANSWER {
            return Err(Error::Malformed);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}
