use lianfang_node::http::Door;
use reqwest::{Method, RequestBuilder};
use serde::Serialize;

/// A route with a request that it takes and one that is malformed.
pub(super) struct Row {
    pub(super) door: Door,
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) success: Ask,
    pub(super) malformed: Ask,
}

/// What is sent to a route, and the status it answers.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) status: u16,
    method: Option<Method>,
    at: Vec<String>,
    query: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
}

/// A request that is answered with `status`.
pub(super) fn ask(status: u16) -> Ask {
    Ask {
        status,
        method: None,
        at: Vec::new(),
        query: "",
        headers: Vec::new(),
        body: None,
    }
}

/// What is malformed at a route that takes no input: the method.
pub(super) fn wrong_method() -> Ask {
    Ask {
        method: Some(Method::PATCH),
        ..ask(405)
    }
}

impl Ask {
    /// What stands in place of the braces in the path, in order.
    pub(super) fn at<T: ToString>(mut self, places: impl IntoIterator<Item = T>) -> Self {
        self.at = places.into_iter().map(|place| place.to_string()).collect();
        self
    }

    pub(super) fn query(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(super) fn json(self, body: &impl Serialize) -> Self {
        self.body("application/json", serde_json::to_vec(body).unwrap())
    }

    pub(super) fn lines(self, line: &impl Serialize) -> Self {
        self.body("application/x-ndjson", serde_json::to_vec(line).unwrap())
    }

    pub(super) fn body(mut self, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", kind)
    }
}

impl Ask {
    pub(super) fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// The same with a body that says how it is compressed.
    pub(super) fn compressed(mut self, encoding: &'static str, body: Vec<u8>) -> Self {
        (self.status, self.body) = (415, Some(body));
        self.header("content-encoding", encoding)
    }
}

impl Row {
    pub(super) fn new(door: Door, method: Method, path: &'static str, success: Ask, malformed: Ask) -> Self {
        Self {
            door,
            method,
            path,
            success,
            malformed,
        }
    }

    /// The request of `ask` to this row's route at `base`.
    pub(super) fn request(&self, client: &reqwest::Client, base: &str, ask: &Ask) -> RequestBuilder {
        let method = ask.method.clone().unwrap_or_else(|| self.method.clone());
        let mut request = client.request(
            method,
            format!("{base}{}{}", filled(self.path, &ask.at), ask.query),
        );
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        match &ask.body {
            Some(body) => request.body(body.clone()),
            None => request,
        }
    }
}

fn filled(path: &str, places: &[String]) -> String {
    let mut places = places.iter();
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') {
            places.next().map_or("-", String::as_str)
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}
