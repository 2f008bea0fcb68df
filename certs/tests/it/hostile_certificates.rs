use lianfang_certs::{CertError, certificate, identity, spki_pin};

use crate::harness::{Desk, Federation};

const FED: &str = "00112233445566778899aabbccddeeff";

/// DER of a self-signed certificate with this line of alternative names, or without any.
fn certificate_naming(names: Option<&str>) -> Vec<u8> {
    let desk = Desk::new();
    let extension = names.map_or(String::new(), |names| format!("subjectAltName={names}\n"));
    desk.put(
        "evil.cnf",
        format!(
            "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=x\n[ext]\n{extension}"
        ),
    );
    desk.openssl_ok("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out node.key");
    desk.openssl_ok("req -x509 -new -key node.key -config evil.cnf -outform DER -out node.der");
    std::fs::read(desk.path().join("node.der")).unwrap()
}

#[test]
fn a_certificate_names_a_node_with_exactly_one_uri() {
    let good = format!("URI:urn:lianfang:{FED}:platform-a");
    assert!(identity(&certificate_naming(Some(&good))).is_ok());
    assert!(
        identity(&certificate_naming(Some(&format!(
            "{good},DNS:a.example,IP:10.0.0.1"
        ))))
        .is_ok()
    );
    for names in [
        None,
        Some("DNS:a.example".to_owned()),
        Some(format!("DNS:urn:lianfang:{FED}:platform-a")),
        Some(format!("{good},{good}")),
        Some(format!("{good},URI:urn:lianfang:{FED}:platform-b")),
        Some(format!("{good},URI:https://platform-b.example")),
        Some(format!("URI:urn:lianfang:{FED}")),
        Some(format!("URI:urn:lianfang:{}:platform-a", FED.to_uppercase())),
        Some(format!("URI:urn:lianfang:{FED}:platform-a/../regulator")),
        Some("email:platform-a@a.example".to_owned()),
    ] {
        let refused = identity(&certificate_naming(names.as_deref())).unwrap_err();
        assert_eq!(refused.code(), "identity", "{names:?}");
    }
}

#[test]
fn a_certificate_cut_short_or_followed_by_anything_is_refused() {
    let whole = Federation::new().member("platform-a", &["a.example"]).cert_der;
    for length in 0..whole.len() {
        assert!(identity(&whole[..length]).is_err(), "{length} bytes");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert_eq!(identity(&longer).unwrap_err().code(), "malformed");
    assert_eq!(spki_pin(&longer).unwrap_err().code(), "malformed");
}

#[test]
fn a_huge_certificate_is_refused_before_it_is_parsed() {
    let huge = vec![0x30; 16 * 1024 + 1];
    assert!(matches!(identity(&huge), Err(CertError::TooLarge { .. })));
}

#[test]
fn a_serial_that_no_authority_of_ours_issues_is_refused() {
    // The openssl command draws 20 bytes.
    assert_eq!(
        certificate::serial(&certificate_naming(None)),
        Err(CertError::Serial)
    );
}

#[test]
fn two_certificates_in_one_file_are_refused() {
    let federation = Federation::new();
    let both = format!(
        "{}{}",
        federation.member("platform-a", &[]).cert_pem,
        federation.ca_pem
    );
    assert_eq!(certificate::der(&both).unwrap_err().code(), "malformed");
}
