use lianfang_certs::{CertError, RevocationList, Serial, certificate};
use rand_core::OsRng;

use crate::harness::{DAY, Desk, Federation, evened, now};

fn serials(count: usize) -> Vec<Serial> {
    (0..count).map(|_| Serial::random(&mut OsRng)).collect()
}

#[test]
fn openssl_checks_a_certificate_against_the_list() {
    let federation = Federation::new();
    let (revoked, kept) = (
        federation.member("platform-a", &[]),
        federation.member("platform-b", &[]),
    );
    let serial = certificate::serial(&revoked.cert_der).unwrap();
    let desk = Desk::new();
    desk.put("ca.crt", &federation.ca_pem);
    desk.put(
        "list.crl",
        federation
            .authority
            .revoke(None, &[serial], now(), 7 * DAY)
            .unwrap(),
    );
    desk.put("revoked.crt", &revoked.cert_pem);
    desk.put("kept.crt", &kept.cert_pem);
    let verify = |time: u64, file: &str| {
        desk.openssl(&format!(
            "verify -x509_strict -crl_check -attime {time} -CRLfile list.crl -CAfile ca.crt {file}"
        ))
    };
    assert!(verify(now().as_secs(), "kept.crt").status.success());
    let refused = verify(now().as_secs(), "revoked.crt");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("certificate revoked"));
    let late = verify((now() + 8 * DAY).as_secs(), "kept.crt");
    assert!(String::from_utf8_lossy(&late.stderr).contains("CRL has expired"));
    let text = evened(&desk.openssl_ok("crl -in list.crl -noout -text"));
    for line in [
        "Version 2",
        "X509v3 CRL Number: 1 ",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
}

#[test]
fn an_authority_never_revokes_itself() {
    let federation = Federation::new();
    let authority = &federation.authority;
    assert_eq!(
        authority.serial_of(&federation.ca_pem),
        Err(CertError::RevokesAuthority)
    );
    let own = certificate::serial(&federation.ca_der()).unwrap();
    let member = federation.member("platform-a", &[]);
    let theirs = authority.serial_of(&member.cert_pem).unwrap();
    assert_eq!(
        authority.revoke(None, &[theirs, own], now(), 7 * DAY),
        Err(CertError::RevokesAuthority)
    );
    assert!(authority.revoke(None, &[theirs], now(), 7 * DAY).is_ok());
}

#[test]
fn each_list_keeps_what_the_one_before_it_revoked_and_when() {
    let federation = Federation::new();
    let (first, second) = (serials(3), serials(2));
    let one = federation.authority.revoke(None, &first, now(), 7 * DAY).unwrap();
    let both: Vec<Serial> = first.iter().chain(&second).copied().collect();
    let two = federation
        .authority
        .revoke(Some(&one), &both, now() + DAY, 7 * DAY)
        .unwrap();
    let list = RevocationList::read(&two, &federation.ca_pem).unwrap();
    assert_eq!(list.number(), 2);
    assert_eq!(list.this_update(), now() + DAY);
    assert_eq!(list.next_update(), now() + 8 * DAY);
    assert_eq!(list.revoked().count(), 5);
    for (serial, at) in list.revoked() {
        let expected = if first.contains(&serial) {
            now()
        } else {
            now() + DAY
        };
        assert_eq!(at, expected);
        assert!(list.contains(&serial));
    }
    assert!(!list.contains(&serials(1)[0]));
}

#[test]
fn a_list_is_stale_from_its_next_update_on() {
    let federation = Federation::new();
    let list = federation.authority.revoke(None, &[], now(), 7 * DAY).unwrap();
    let list = RevocationList::read(&list, &federation.ca_pem).unwrap();
    assert!(!list.is_stale(now()));
    assert!(!list.is_stale(now() + 7 * DAY - std::time::Duration::from_secs(1)));
    assert!(list.is_stale(now() + 7 * DAY));
}

#[test]
fn a_list_of_another_authority_or_a_changed_one_is_refused() {
    let (federation, foreign) = (Federation::new(), Federation::new());
    let list = foreign
        .authority
        .revoke(None, &serials(1), now(), 7 * DAY)
        .unwrap();
    let refused = RevocationList::read(&list, &federation.ca_pem).unwrap_err();
    assert_eq!(refused.code(), "revocation_list");
    let refused = federation
        .authority
        .revoke(Some(&list), &[], now(), 7 * DAY)
        .unwrap_err();
    assert_eq!(refused.code(), "revocation_list");
    let member = federation.member("platform-a", &[]);
    assert_eq!(
        RevocationList::read(&list, &member.cert_pem).unwrap_err().code(),
        "not_an_authority"
    );
}

#[test]
fn what_is_no_list_is_refused() {
    let federation = Federation::new();
    let list = federation.authority.revoke(None, &[], now(), 7 * DAY).unwrap();
    for refused in ["", &federation.ca_pem, &list[..list.len() / 2], &list.repeat(2)] {
        let error = RevocationList::read(refused, &federation.ca_pem).unwrap_err();
        assert_eq!(error.code(), "malformed", "{refused:?}");
    }
}

#[test]
fn a_clock_that_went_back_signs_no_list() {
    let federation = Federation::new();
    let list = federation.authority.revoke(None, &[], now(), 7 * DAY).unwrap();
    let refused = federation
        .authority
        .revoke(Some(&list), &[], now() - DAY, 7 * DAY)
        .unwrap_err();
    assert!(matches!(refused, CertError::RevocationList(_)));
}
