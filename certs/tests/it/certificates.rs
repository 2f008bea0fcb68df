use lianfang_certs::{Authority, CertError, NodeKey, Serial, certificate, identity, request_pin, spki_pin};
use rand_core::OsRng;

use crate::harness::{DAY, Desk, Federation, evened, now};

#[test]
fn openssl_verifies_an_issued_certificate_strictly_as_client_and_as_server() {
    let federation = Federation::new();
    let member = federation.member("platform-a", &["a.example", "127.0.0.1", "::1"]);
    let desk = Desk::new();
    desk.put("ca.crt", &federation.ca_pem);
    desk.put("node.crt", &member.cert_pem);
    for purpose in ["sslclient", "sslserver"] {
        let at = now().as_secs() + 60;
        desk.openssl_ok(&format!(
            "verify -x509_strict -check_ss_sig -attime {at} -purpose {purpose} -CAfile ca.crt node.crt"
        ));
    }
    let at = now().as_secs() + 60;
    for host in [
        "-verify_hostname a.example",
        "-verify_ip 127.0.0.1",
        "-verify_ip ::1",
    ] {
        desk.openssl_ok(&format!(
            "verify -x509_strict -attime {at} {host} -CAfile ca.crt node.crt"
        ));
    }
    let elsewhere = format!("verify -attime {at} -verify_hostname b.example -CAfile ca.crt node.crt");
    assert!(!desk.openssl(&elsewhere).status.success());
}

#[test]
fn openssl_refuses_it_under_a_foreign_authority_and_after_its_end() {
    let (federation, foreign) = (Federation::new(), Federation::new());
    let desk = Desk::new();
    desk.put("ca.crt", &federation.ca_pem);
    desk.put("foreign.crt", &foreign.ca_pem);
    desk.put(
        "node.crt",
        federation.member("platform-a", &["a.example"]).cert_pem,
    );
    let (now, late) = (now().as_secs(), (now() + 91 * DAY).as_secs());
    for arguments in [
        format!("verify -attime {now} -CAfile foreign.crt node.crt"),
        format!("verify -attime {late} -CAfile ca.crt node.crt"),
        format!("verify -attime {} -CAfile ca.crt node.crt", now - 3_600),
    ] {
        assert!(!desk.openssl(&arguments).status.success(), "{arguments}");
    }
}

#[test]
fn a_certificate_says_what_rfc_5280_asks_for_and_no_more() {
    let federation = Federation::new();
    let desk = Desk::new();
    desk.put(
        "node.crt",
        federation
            .member("platform-a", &["A.example", "10.0.0.7"])
            .cert_pem,
    );
    let text = evened(&desk.openssl_ok("x509 -in node.crt -noout -text"));
    for line in [
        "Version: 3 (0x2)",
        "Signature Algorithm: ecdsa-with-SHA256",
        "Issuer: O=Test federation",
        &format!("Subject: O={}, CN=platform-a", federation.fed),
        "ASN1 OID: prime256v1",
        "X509v3 Basic Constraints: critical CA:FALSE",
        "X509v3 Key Usage: critical Digital Signature X509v3",
        "X509v3 Extended Key Usage: TLS Web Server Authentication, TLS Web Client Authentication X509v3",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
        &format!(
            "URI:urn:lianfang:{}:platform-a, DNS:a.example, IP Address:10.0.0.7 Signature",
            federation.fed
        ),
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert_eq!(text.matches(" X509v3 ").count(), 7, "{text}");
}

#[test]
fn an_authority_signs_certificates_and_lists_and_nothing_below_it_can() {
    let desk = Desk::new();
    desk.put("ca.crt", Federation::new().ca_pem);
    let text = evened(&desk.openssl_ok("x509 -in ca.crt -noout -text"));
    for line in [
        "X509v3 Basic Constraints: critical CA:TRUE, pathlen:0",
        "X509v3 Key Usage: critical Certificate Sign, CRL Sign X509v3",
        "X509v3 Subject Key Identifier",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
}

#[test]
fn identity_pin_serial_and_end_are_read_back() {
    let federation = Federation::new();
    let member = federation.member("platform-a", &[]);
    let der = &member.cert_der;
    assert_eq!(identity(der), Ok((federation.fed, "platform-a".parse().unwrap())));
    assert_eq!(spki_pin(der), member.key.spki_pin());
    assert_eq!(certificate::expires(der), Ok(now() + 90 * DAY));
    assert_ne!(
        certificate::serial(der),
        certificate::serial(&federation.ca_der())
    );
}

#[test]
fn the_pin_is_what_openssl_computes_and_is_known_from_the_request_already() {
    let federation = Federation::new();
    let member = federation.member("platform-a", &[]);
    let desk = Desk::new();
    desk.put("node.crt", &member.cert_pem);
    desk.put("spki.pem", desk.openssl_ok("x509 -in node.crt -noout -pubkey"));
    desk.openssl_ok("pkey -pubin -in spki.pem -outform DER -out spki.der");
    let shown = desk.openssl_ok("dgst -sha256 -r spki.der");
    let pin: String = spki_pin(&member.cert_der)
        .unwrap()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(shown.split(' ').next(), Some(pin.as_str()));
    let request = member.key.request(&"platform-a".parse().unwrap(), &[]).unwrap();
    assert_eq!(request_pin(&request), spki_pin(&member.cert_der));
}

#[test]
fn an_authority_comes_back_from_its_files_and_only_with_its_own_key() {
    let (one, other) = (Federation::new(), Federation::new());
    let key = one.authority.key_pem().unwrap();
    let loaded = Authority::load(&one.ca_pem, &key).unwrap();
    assert_eq!(loaded.cert_pem(), Ok(one.ca_pem.clone()));
    assert_eq!(
        Authority::load(&other.ca_pem, &key).unwrap_err(),
        CertError::KeyMismatch
    );
}

#[test]
fn a_node_certificate_is_no_authority() {
    let member = Federation::new().member("platform-a", &[]);
    let refused = Authority::load(&member.cert_pem, &member.key.to_pem().unwrap()).unwrap_err();
    assert_eq!(refused.code(), "not_an_authority");
}

#[test]
fn a_self_signed_certificate_with_other_rights_is_no_authority() {
    for rights in [
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,keyCertSign,cRLSign\n",
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n",
        "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n",
        "basicConstraints=critical,CA:TRUE,pathlen:0\n",
    ] {
        let desk = Desk::new();
        let config = "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=x\n[ext]\n";
        desk.put("ca.cnf", format!("{config}{rights}"));
        desk.openssl_ok("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
        desk.openssl_ok("req -x509 -new -key ca.key -config ca.cnf -out ca.crt");
        let refused = Authority::load(&desk.take("ca.crt"), &desk.take("ca.key")).unwrap_err();
        assert_eq!(refused.code(), "not_an_authority", "{rights}");
    }
}

#[test]
fn a_certificate_never_outlives_its_authority_nor_the_limits() {
    let authority = Authority::create("Short", 30 * DAY, now()).unwrap();
    let federation = Federation::new();
    let identity = federation.identity("platform-a", &[]);
    let request = NodeKey::generate().unwrap().request(&identity.node, &[]).unwrap();
    let issue = |days: u32| {
        let serial = Serial::random(&mut OsRng);
        authority
            .issue(&request, &identity, days * DAY, now(), serial)
            .map(drop)
    };
    assert_eq!(issue(30), Ok(()));
    assert_eq!(issue(31), Err(CertError::OutlivesAuthority));
    assert_eq!(issue(826), Err(CertError::Validity(825)));
    assert_eq!(issue(0), Err(CertError::Validity(825)));
    assert!(Authority::create("Short", 21 * 366 * DAY, now()).is_err());
}

#[test]
fn a_federation_name_is_bounded_and_printable() {
    for refused in ["", "two\nlines", "nul\0", &"長".repeat(65)] {
        assert_eq!(
            Authority::create(refused, 30 * DAY, now()).unwrap_err(),
            CertError::FederationName
        );
    }
    assert!(Authority::create(&"長".repeat(64), 30 * DAY, now()).is_ok());
}

#[test]
fn a_host_that_would_smuggle_another_name_is_refused() {
    let federation = Federation::new();
    let key = NodeKey::generate().unwrap();
    for host in [
        "a.example,URI:urn:lianfang:x",
        "a.example\nDNS:b.example",
        "a.example\0.b.example",
        "*.example",
    ] {
        let identity = federation.identity("platform-a", &[host]);
        let request = key.request(&identity.node, &[]).unwrap();
        let serial = Serial::random(&mut OsRng);
        let refused = federation
            .authority
            .issue(&request, &identity, DAY, now(), serial)
            .unwrap_err();
        assert_eq!(refused.code(), "host", "{host:?}");
    }
}

#[test]
fn no_private_key_shows_in_debug() {
    let federation = Federation::new();
    let member = federation.member("platform-a", &[]);
    assert_eq!(
        format!("{:?} {:?}", federation.authority, member.key),
        "Authority NodeKey"
    );
}
