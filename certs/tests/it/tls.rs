use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, version::TLS13};

use crate::harness::{DAY, Federation, Member, now};

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn roots(federation: &Federation) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(federation.ca_der())).unwrap();
    Arc::new(roots)
}

fn clients_of(federation: &Federation, lists: &[&str]) -> Arc<dyn ClientCertVerifier> {
    let lists = lists
        .iter()
        .map(|list| CertificateRevocationListDer::from_pem_slice(list.as_bytes()).unwrap());
    WebPkiClientVerifier::builder_with_provider(roots(federation), provider())
        .with_crls(lists)
        .enforce_revocation_expiration()
        .build()
        .unwrap()
}

fn at(delay: Duration) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs((now() + delay).as_secs()))
}

fn is_client(verifier: &Arc<dyn ClientCertVerifier>, member: &Member, time: UnixTime) -> bool {
    let certificate = CertificateDer::from(member.cert_der.as_slice());
    verifier.verify_client_cert(&certificate, &[], time).is_ok()
}

#[test]
fn rustls_accepts_a_member_as_client_until_its_end_and_no_stranger() {
    let (federation, foreign) = (Federation::new(), Federation::new());
    let verifier = clients_of(&federation, &[]);
    let member = federation.member("platform-a", &[]);
    let behind = UnixTime::since_unix_epoch(Duration::from_secs(now().as_secs() - 240));
    assert!(
        is_client(&verifier, &member, behind),
        "a peer whose clock is four minutes behind"
    );
    assert!(is_client(&verifier, &member, at(DAY)));
    assert!(!is_client(&verifier, &member, at(91 * DAY)));
    assert!(!is_client(&verifier, &foreign.member("platform-a", &[]), at(DAY)));
}

#[test]
fn rustls_accepts_a_member_as_server_under_its_hosts_only() {
    let (federation, foreign) = (Federation::new(), Federation::new());
    let verifier = WebPkiServerVerifier::builder_with_provider(roots(&federation), provider())
        .build()
        .unwrap();
    let serves = |member: &Member, host: &'static str| {
        let certificate = CertificateDer::from(member.cert_der.as_slice());
        let host = ServerName::try_from(host).unwrap();
        verifier
            .verify_server_cert(&certificate, &[], &host, &[], at(DAY))
            .is_ok()
    };
    let hosts = ["a.example", "127.0.0.1"];
    let member = federation.member("platform-a", &hosts);
    assert!(serves(&member, "a.example"));
    assert!(serves(&member, "127.0.0.1"));
    assert!(!serves(&member, "b.example"));
    assert!(!serves(&member, "127.0.0.2"));
    assert!(!serves(&foreign.member("platform-a", &hosts), "a.example"));
}

#[test]
fn rustls_refuses_a_revoked_member_and_every_member_once_the_list_is_stale() {
    let federation = Federation::new();
    let (revoked, kept) = (
        federation.member("platform-a", &[]),
        federation.member("platform-b", &[]),
    );
    let serial = lianfang_certs::certificate::serial(&revoked.cert_der).unwrap();
    let empty = federation.authority.revoke(None, &[], now(), 7 * DAY).unwrap();
    let list = federation
        .authority
        .revoke(Some(&empty), &[serial], now(), 7 * DAY)
        .unwrap();

    assert!(is_client(&clients_of(&federation, &[&empty]), &revoked, at(DAY)));
    let verifier = clients_of(&federation, &[&list]);
    assert!(!is_client(&verifier, &revoked, at(DAY)));
    assert!(is_client(&verifier, &kept, at(DAY)));
    assert!(!is_client(&verifier, &kept, at(8 * DAY)));
}

#[derive(Debug)]
struct FixedTime;

impl TimeProvider for FixedTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(at(DAY))
    }
}

fn chain_and_key(member: &Member) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let key = PrivateKeyDer::from_pem_slice(member.key.to_pem().unwrap().as_bytes()).unwrap();
    (vec![CertificateDer::from(member.cert_der.clone())], key)
}

fn handshake(
    federation: &Federation,
    client: &Member,
    server: &Member,
) -> Result<ServerConnection, rustls::Error> {
    let (chain, key) = chain_and_key(server);
    let server = ServerConfig::builder_with_details(provider(), Arc::new(FixedTime))
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(clients_of(federation, &[]))
        .with_single_cert(chain, key)?;
    let (chain, key) = chain_and_key(client);
    let client = ClientConfig::builder_with_details(provider(), Arc::new(FixedTime))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots(federation))
        .with_client_auth_cert(chain, key)?;
    let mut server = ServerConnection::new(Arc::new(server))?;
    let mut client = ClientConnection::new(Arc::new(client), ServerName::try_from("a.example").unwrap())?;
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        wire.clear();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(server)
}

#[test]
fn two_members_shake_hands_and_the_server_learns_who_calls() {
    let federation = Federation::new();
    let (client, server) = (
        federation.member("platform-b", &[]),
        federation.member("platform-a", &["a.example"]),
    );
    let connection = handshake(&federation, &client, &server).unwrap();
    let caller = &connection.peer_certificates().unwrap()[0];
    let (fed, node) = lianfang_certs::identity(caller).unwrap();
    assert_eq!((fed, node.as_str()), (federation.fed, "platform-b"));
}

#[test]
fn a_stranger_does_not_get_through_the_handshake_on_either_side() {
    let (federation, foreign) = (Federation::new(), Federation::new());
    let hosts = ["a.example"];
    let (member, stranger) = (
        federation.member("platform-a", &hosts),
        foreign.member("platform-a", &hosts),
    );
    assert!(handshake(&federation, &stranger, &member).is_err());
    assert!(handshake(&federation, &member, &stranger).is_err());
}
