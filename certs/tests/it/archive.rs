use lianfang_certs::{CertError, pkcs12};

use crate::harness::{Desk, Federation};

const PASSWORD: &str = "correct horse 联防";

#[test]
fn openssl_opens_an_archive_with_its_password_only() {
    let federation = Federation::new();
    let member = federation.member("platform-a", &[]);
    let desk = Desk::new();
    desk.put(
        "node.p12",
        pkcs12(&member.key, &member.cert_pem, &federation.ca_pem, PASSWORD).unwrap(),
    );
    desk.put("password", PASSWORD);
    let text = desk.openssl_ok("pkcs12 -in node.p12 -passin file:password -nodes");
    assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 2);
    assert!(text.contains("friendlyName: platform-a"));
    let key = member.key.to_pem().unwrap();
    assert!(text.contains(key.trim()), "the archive holds another key");

    desk.put("password", "something else");
    assert!(
        !desk
            .openssl("pkcs12 -in node.p12 -passin file:password -nodes")
            .status
            .success()
    );
    let about = desk.openssl("pkcs12 -in node.p12 -passin pass:x -info -noout");
    assert!(String::from_utf8_lossy(&about.stderr).contains("MAC: sha256, Iteration 100000"));
}

#[test]
fn key_certificate_and_authority_must_belong_together() {
    let (federation, foreign) = (Federation::new(), Federation::new());
    let (member, other) = (
        federation.member("platform-a", &[]),
        federation.member("platform-b", &[]),
    );
    let refused = pkcs12(&other.key, &member.cert_pem, &federation.ca_pem, PASSWORD);
    assert_eq!(refused.unwrap_err(), CertError::KeyMismatch);
    let refused = pkcs12(&member.key, &member.cert_pem, &foreign.ca_pem, PASSWORD);
    assert_eq!(refused.unwrap_err(), CertError::ForeignIssuer);
}

#[test]
fn a_password_that_protects_nothing_or_breaks_importers_is_refused() {
    let federation = Federation::new();
    let member = federation.member("platform-a", &[]);
    for password in ["", "seven77", "with\0nul-inside", &"x".repeat(129)] {
        let refused = pkcs12(&member.key, &member.cert_pem, &federation.ca_pem, password);
        assert_eq!(refused.unwrap_err(), CertError::Password);
    }
}
