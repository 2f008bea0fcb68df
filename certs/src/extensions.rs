//! The extensions of RFC 5280 §4.2 that our certificates carry, and no others.

use lianfang_encoding::{FederationId, NodeId};
use openssl::error::ErrorStack;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509Builder, X509Extension, X509Ref, X509v3Context};

use crate::host::Host;

/// What every URI that names a node starts with.
pub(crate) const URN: &str = "urn:lianfang:";

pub(crate) fn node_uri(fed: &FederationId, node: &NodeId) -> String {
    format!("{URN}{fed}:{node}")
}

/// An authority that signs node certificates and revocation lists, and no further authorities.
pub(crate) fn add_authority(builder: &mut X509Builder) -> Result<(), ErrorStack> {
    builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let own = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(own)
}

/// A node: client and server of TLS at the same time, since each node calls the others.
pub(crate) fn add_node(
    builder: &mut X509Builder,
    authority: &X509Ref,
    uri: &str,
    hosts: &[Host],
) -> Result<(), ErrorStack> {
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
    builder.append_extension(ExtendedKeyUsage::new().server_auth().client_auth().build()?)?;
    let context = builder.x509v3_context(Some(authority), None);
    let own = SubjectKeyIdentifier::new().build(&context)?;
    let issuer = authority_key_identifier(&context)?;
    let names = alternative_names(uri, hosts, &context)?;
    for extension in [own, issuer, names] {
        builder.append_extension(extension)?;
    }
    Ok(())
}

pub(crate) fn authority_key_identifier(context: &X509v3Context<'_>) -> Result<X509Extension, ErrorStack> {
    AuthorityKeyIdentifier::new().keyid(true).build(context)
}

pub(crate) fn alternative_names(
    uri: &str,
    hosts: &[Host],
    context: &X509v3Context<'_>,
) -> Result<X509Extension, ErrorStack> {
    let mut names = SubjectAlternativeName::new();
    names.uri(uri);
    for host in hosts {
        match host {
            Host::Dns(name) => names.dns(name),
            Host::Ip(address) => names.ip(&address.to_string()),
        };
    }
    names.build(context)
}
