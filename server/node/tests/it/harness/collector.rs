use std::net::SocketAddr;

use actix_web::web::{Bytes, Data, PayloadConfig, post};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A collector on loopback that takes OTLP over HTTP and keeps every byte.
pub(crate) struct Collector {
    pub(crate) endpoint: String,
    bodies: UnboundedReceiver<Bytes>,
}

/// A span, and the node that it came from.
#[derive(Debug, Clone)]
pub(crate) struct Exported {
    pub(crate) node: String,
    pub(crate) span: Span,
}

/// What nodes have delivered.
pub(crate) struct Delivered {
    pub(crate) bodies: Vec<Bytes>,
    pub(crate) spans: Vec<Exported>,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let (keep, bodies) = unbounded_channel();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(Data::new(keep.clone()))
                .app_data(PayloadConfig::new(16 << 20))
                .route("/v1/traces", post().to(take))
        })
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let address = server.addrs()[0];
        tokio::spawn(server.run());
        Self {
            endpoint: endpoint(address),
            bodies,
        }
    }

    /// Everything so far: nodes deliver what is left before they end.
    pub(crate) fn delivered(&mut self) -> Delivered {
        let bodies: Vec<_> = std::iter::from_fn(|| self.bodies.try_recv().ok()).collect();
        let spans = bodies.iter().flat_map(|body| spans(body)).collect();
        Delivered { bodies, spans }
    }
}

async fn take(request: HttpRequest, body: Bytes, keep: Data<UnboundedSender<Bytes>>) -> HttpResponse {
    let kind = request.headers().get("content-type").unwrap();
    assert_eq!(kind, "application/x-protobuf");
    keep.send(body).unwrap();
    HttpResponse::Ok().content_type("application/x-protobuf").finish()
}

/// Where a collector at `address` takes traces.
pub(crate) fn endpoint(address: SocketAddr) -> String {
    format!("http://{address}/v1/traces")
}

fn spans(body: &[u8]) -> Vec<Exported> {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    let mut spans = Vec::new();
    for resource in request.resource_spans {
        let node = text(&resource.resource.unwrap().attributes, "service.instance.id").unwrap();
        let of_scopes = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.extend(of_scopes.map(|span| Exported {
            node: node.clone(),
            span,
        }));
    }
    spans
}

fn value(fields: &[KeyValue], name: &str) -> Option<Value> {
    let field = fields.iter().find(|field| field.key == name)?;
    field.value.clone()?.value
}

fn text(fields: &[KeyValue], name: &str) -> Option<String> {
    match value(fields, name)? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

impl Exported {
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        text(&self.span.attributes, field)
    }

    pub(crate) fn number(&self, field: &str) -> Option<i64> {
        match value(&self.span.attributes, field)? {
            Value::IntValue(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn is_root(&self) -> bool {
        self.span.parent_span_id.is_empty()
    }
}

impl Delivered {
    /// The only span of that name.
    pub(crate) fn only(&self, node: &str, name: &str) -> &Exported {
        let mut found = self
            .spans
            .iter()
            .filter(|exported| exported.node == node && exported.span.name == name);
        let first = found.next();
        assert!(found.next().is_none(), "several {name} of {node}");
        assert!(first.is_some(), "no {name} of {node} in {:#?}", self.spans);
        first.unwrap()
    }

    /// Whether any byte that was delivered says `secret`.
    pub(crate) fn says(&self, secret: &str) -> bool {
        let within = |body: &Bytes| body.windows(secret.len()).any(|part| part == secret.as_bytes());
        self.bodies.iter().any(within)
    }
}
