use lianfang_certs::{CertError, Serial};
use rand_core::OsRng;

use crate::harness::{DAY, Desk, Federation, now};

fn issue(federation: &Federation, request: &str) -> Result<String, CertError> {
    let identity = federation.identity("platform-a", &["a.example"]);
    federation
        .authority
        .issue(request, &identity, DAY, now(), Serial::random(&mut OsRng))
}

/// A request made by the `openssl` command with a key that `genpkey` makes from `options`.
fn foreign_request(options: &str) -> String {
    let desk = Desk::new();
    desk.openssl_ok(&format!("genpkey {options} -out node.key"));
    desk.openssl_ok("req -new -key node.key -subj /CN=anything -out node.csr");
    desk.take("node.csr")
}

#[test]
fn requests_of_other_tools_are_served_when_the_key_is_good() {
    let federation = Federation::new();
    for options in [
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    ] {
        assert!(issue(&federation, &foreign_request(options)).is_ok(), "{options}");
    }
}

#[test]
fn weak_or_unusual_keys_are_refused() {
    let federation = Federation::new();
    for options in [
        "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-224",
        "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
        "-algorithm ED25519",
    ] {
        let refused = issue(&federation, &foreign_request(options)).unwrap_err();
        assert_eq!(refused.code(), "key", "{options}");
    }
}

#[test]
fn a_request_signed_by_another_key_is_refused() {
    let federation = Federation::new();
    let request = foreign_request("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    let desk = Desk::new();
    desk.put("node.csr", &request);
    desk.openssl_ok("req -in node.csr -outform DER -out node.der");
    let mut der = std::fs::read(desk.path().join("node.der")).unwrap();
    let last = der.len() - 1;
    der[last] ^= 1;
    desk.put("forged.der", &der);
    desk.openssl_ok("req -inform DER -in forged.der -out forged.csr");
    assert_eq!(
        issue(&federation, &desk.take("forged.csr")),
        Err(CertError::RequestSignature)
    );
    assert_eq!(
        lianfang_certs::request_pin(&desk.take("forged.csr")),
        Err(CertError::RequestSignature)
    );
}

#[test]
fn nothing_that_a_request_claims_gets_into_the_certificate() {
    let federation = Federation::new();
    let desk = Desk::new();
    desk.put(
        "evil.cnf",
        "[req]\ndistinguished_name=dn\nreq_extensions=ext\nprompt=no\n[dn]\nO=Regulator\nCN=regulator-1\n\
         [ext]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\nextendedKeyUsage=codeSigning\n\
         subjectAltName=URI:urn:lianfang:00112233445566778899aabbccddeeff:regulator-1,DNS:evil.example,IP:10.6.6.6\n",
    );
    desk.openssl_ok("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out node.key");
    desk.openssl_ok("req -new -key node.key -config evil.cnf -out node.csr");
    assert!(
        desk.openssl_ok("req -in node.csr -noout -text")
            .contains("CA:TRUE")
    );

    desk.put("node.crt", issue(&federation, &desk.take("node.csr")).unwrap());
    let text = desk.openssl_ok("x509 -in node.crt -noout -text");
    for smuggled in [
        "regulator",
        "Regulator",
        "evil",
        "10.6.6.6",
        "CA:TRUE",
        "Certificate Sign",
        "Code Signing",
    ] {
        assert!(!text.contains(smuggled), "{smuggled} is in\n{text}");
    }
    assert_eq!(text.matches("URI:").count(), 1);
}

#[test]
fn the_authoritys_own_key_cannot_be_made_a_nodes() {
    let federation = Federation::new();
    let desk = Desk::new();
    desk.put("ca.key", &*federation.authority.key_pem().unwrap());
    desk.openssl_ok("req -new -key ca.key -subj /CN=platform-a -out node.csr");
    assert_eq!(
        issue(&federation, &desk.take("node.csr")).unwrap_err().code(),
        "key"
    );
}

#[test]
fn what_is_no_single_request_is_refused() {
    let federation = Federation::new();
    let good = foreign_request("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    let cut = &good[..good.len() / 2];
    for refused in [
        "",
        "\0",
        "-----BEGIN CERTIFICATE REQUEST-----",
        cut,
        &federation.ca_pem,
        &good.repeat(2),
    ] {
        assert_eq!(
            issue(&federation, refused).unwrap_err().code(),
            "malformed",
            "{refused:?}"
        );
    }
}

#[test]
fn a_huge_request_is_refused_before_it_is_parsed() {
    let federation = Federation::new();
    let good = foreign_request("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    let padded = format!("{}{good}", "\n".repeat(16 * 1024));
    assert_eq!(issue(&federation, &padded).unwrap_err().code(), "too_large");
    assert!(issue(&federation, &format!("\n\n{good}")).is_ok());
}
