use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use crate::harness::Desk;

const FED: &str = "00112233445566778899aabbccddeeff";

fn certs(desk: &Desk, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lianfang-certs"))
        .args(arguments.split(' '))
        .current_dir(desk.path())
        .output()
        .unwrap()
}

fn certs_ok(desk: &Desk, arguments: &str) -> String {
    let output = certs(desk, arguments);
    assert!(
        output.status.success(),
        "{arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn mode(desk: &Desk, file: &str) -> u32 {
    fs::metadata(desk.path().join(file)).unwrap().permissions().mode() & 0o777
}

/// A folder with an authority and the certificate of one node.
fn prepared() -> Desk {
    let desk = Desk::new();
    certs_ok(&desk, "ca --federation Test");
    certs_ok(&desk, "node request --node platform-a --host a.example");
    certs_ok(
        &desk,
        &format!("node issue --node platform-a --federation-id {FED} --host a.example"),
    );
    desk
}

#[test]
fn authority_request_certificate_and_archive_take_four_commands() {
    let desk = prepared();
    desk.openssl_ok("verify -x509_strict -CAfile certs/generated/ca.pem certs/generated/node-platform-a.pem");
    desk.put("password", "correct horse\n");
    fs::set_permissions(desk.path().join("password"), Permissions::from_mode(0o600)).unwrap();
    certs_ok(&desk, "p12 --node platform-a --password-file password");
    desk.openssl_ok("pkcs12 -in certs/generated/node-platform-a.p12 -passin file:password -nodes -noout");
    for secret in ["ca.key", "node-platform-a.key", "node-platform-a.p12"] {
        assert_eq!(
            mode(&desk, &format!("certs/generated/{secret}")),
            0o600,
            "{secret}"
        );
    }
}

#[test]
fn revoking_renews_the_list_and_openssl_refuses_the_certificate() {
    let desk = prepared();
    let verify = "verify -crl_check -CRLfile certs/generated/crl.pem -CAfile certs/generated/ca.pem \
                  certs/generated/node-platform-a.pem";
    desk.openssl_ok(verify);
    let shown = certs_ok(&desk, "crl revoke --cert certs/generated/node-platform-a.pem");
    assert!(
        shown.starts_with("number: 2\n") && shown.contains("revoked: "),
        "{shown}"
    );
    assert!(!desk.openssl(verify).status.success());
    let renewed = certs_ok(&desk, "crl renew");
    assert!(
        renewed.starts_with("number: 3\n") && renewed.contains("revoked: "),
        "{renewed}"
    );
}

#[test]
fn a_second_authority_never_replaces_the_first() {
    let desk = prepared();
    let (key, list) = (
        desk.take("certs/generated/ca.key"),
        desk.take("certs/generated/crl.pem"),
    );
    let refused = certs(&desk, "ca --federation Test");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("never overwritten"));
    assert_eq!(
        (
            desk.take("certs/generated/ca.key"),
            desk.take("certs/generated/crl.pem")
        ),
        (key, list)
    );
}

#[test]
fn a_key_that_others_can_read_stops_the_command_with_the_fix() {
    let desk = prepared();
    fs::set_permissions(
        desk.path().join("certs/generated/ca.key"),
        Permissions::from_mode(0o644),
    )
    .unwrap();
    let refused = certs(&desk, "crl renew");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("`chmod 600 certs/generated/ca.key`"));
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_refused() {
    let desk = Desk::new();
    assert!(!certs(&desk, "node request --node ../evil").status.success());
    assert!(!desk.path().join("certs").exists());
}
