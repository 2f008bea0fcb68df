//! The regulator reads its feed as any TAXII client would: over mutual TLS, page by page.

use std::sync::Arc;

use lianfang_encoding::NodeId;
use lianfang_wire::entry::{NewEntry, NewEvent};
use lianfang_wire::stix::{ENTRY_EXTENSION, Indicator, StixObject};
use lianfang_wire::taxii::{Envelope, MEDIA_TYPE};
use lianfang_wire::vocabulary::EventType;
use reqwest::Client;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use uuid::Uuid;

use super::super::Fault;
use super::cases::Material;
use super::federation::Federation;
use super::process::NodeProcess;
use super::steps::{fetch, hold};
use super::telling::Telling;

const COLLECTIONS: [&str; 2] = ["sellers", "products"];

/// Step 5: A's entries are there, a withdrawn one is revoked, and a platform doesn't come in.
pub(super) async fn feed(
    federation: &Federation,
    material: &Material,
    telling: &Telling<'_>,
) -> Result<(), Fault> {
    telling.step(5, "feed");
    let (regulator, a) = (&federation.regulator, &federation.a);
    let reader = client(regulator)?;
    let shown = read(&reader, regulator, &a.id).await?;
    hold(
        shown.len() == material.entries.len() && shown.iter().all(|indicator| !indicator.common.revoked),
        "the regulator's feed doesn't show exactly A's entries",
    )?;
    telling.seen("feed_shown", &[("count", shown.len().to_string())]);
    if let Some(entry) = material.entries.first() {
        withdrawn_is_revoked(federation, &reader, entry).await?;
        telling.seen("feed_revoked", &[]);
    }
    let refused = client(a)?.get(regulator.regulator_url()).send().await;
    hold(refused.is_err(), "a platform was let in at the regulator's door")?;
    telling.seen("feed_refused", &[]);
    Ok(())
}

/// A records a finding a second time, by mistake, and takes it back.
async fn withdrawn_is_revoked(
    federation: &Federation,
    reader: &Client,
    entry: &NewEntry,
) -> Result<(), Fault> {
    let (regulator, a) = (&federation.regulator, &federation.a);
    let mistake = NewEntry {
        client_reference: Some("demo-mistake".to_owned()),
        ..entry.clone()
    };
    let recorded = a.operator()?.record_entry(&mistake).await?;
    fetch(regulator, a).await?;
    hold(
        revoked(&read(reader, regulator, &a.id).await?, recorded.id) == Some(false),
        "a new entry isn't in the regulator's feed",
    )?;
    let event = NewEvent {
        kind: EventType::Withdrawn,
        reason: Some("recorded twice".to_owned()),
        reference: None,
    };
    a.operator()?
        .entry_event(recorded.id, recorded.revision, &event)
        .await?;
    fetch(regulator, a).await?;
    hold(
        revoked(&read(reader, regulator, &a.id).await?, recorded.id) == Some(true),
        "a withdrawn entry isn't revoked in the regulator's feed",
    )
}

/// Whether the indicator of `entry` is revoked, if there is exactly one.
fn revoked(indicators: &[Indicator], entry: Uuid) -> Option<bool> {
    let is_it = |indicator: &&Indicator| {
        let said = indicator.extensions.get(&ENTRY_EXTENSION);
        said.is_some_and(|said| said.entry == entry)
    };
    let mut found = indicators.iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(indicator), None) => Some(indicator.common.revoked),
        _ => None,
    }
}

/// Every indicator of one publisher.
async fn read(reader: &Client, at: &NodeProcess, publisher: &NodeId) -> Result<Vec<Indicator>, Fault> {
    let mut found = Vec::new();
    for collection in COLLECTIONS {
        let mut next = None;
        loop {
            let page = page(reader, at, collection, next).await?;
            found.extend(page.objects.into_iter().filter_map(|object| match object {
                StixObject::Indicator(indicator) => Some(*indicator),
                _ => None,
            }));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
    }
    found.retain(|indicator| {
        let said = indicator.extensions.get(&ENTRY_EXTENSION);
        said.is_some_and(|said| said.publisher == *publisher)
    });
    Ok(found)
}

async fn page(
    reader: &Client,
    at: &NodeProcess,
    collection: &str,
    next: Option<String>,
) -> Result<Envelope, Fault> {
    let next = next.map_or_else(String::new, |next| format!("&next={next}"));
    let url = format!(
        "{}feed/collections/{collection}/objects/?limit=1000&match[type]=indicator{next}",
        at.regulator_url()
    );
    let request = reader.get(url).header("accept", MEDIA_TYPE);
    let answer = request.send().await.and_then(reqwest::Response::error_for_status);
    let answer = answer
        .map_err(Fault::plain)?
        .bytes()
        .await
        .map_err(Fault::plain)?;
    serde_json::from_slice(&answer).map_err(Fault::plain)
}

/// A client that shows the certificate of `node`.
fn client(node: &NodeProcess) -> Result<Client, Fault> {
    let (certificate, key) = node.identity()?;
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(node.authority()?.as_bytes()) {
        roots
            .add(authority.map_err(Fault::plain)?)
            .map_err(Fault::plain)?;
    }
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(Fault::plain)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(Fault::plain)?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain.map_err(Fault::plain)?, key)
        .map_err(Fault::plain)?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .build()
        .map_err(Fault::plain)
}
