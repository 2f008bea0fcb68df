use openssl::error::ErrorStack;

/// Why a certificate, request, list or key was refused. No text carries key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertError {
    /// Not one PEM block of the expected kind, or not DER.
    #[error("not {0}")]
    Malformed(&'static str),
    #[error("larger than the {limit} bytes that {what} may have")]
    TooLarge { what: &'static str, limit: usize },
    #[error("the certificate request isn't signed by the key it carries")]
    RequestSignature,
    #[error("the key is too weak or of a kind not accepted here: {0}")]
    Key(&'static str),
    #[error("the private key doesn't belong to this certificate")]
    KeyMismatch,
    #[error("a federation name has 1 to 64 characters and no control characters")]
    FederationName,
    #[error("`{0}` is neither a DNS name without wildcards nor an IP address")]
    Host(String),
    #[error("a certificate names at most {0} hosts")]
    TooManyHosts(usize),
    #[error("validity must be between one hour and {0} days")]
    Validity(u64),
    #[error("would outlive the authority that signs it: renew the authority first")]
    OutlivesAuthority,
    #[error("not a certificate authority of a federation: {0}")]
    NotAnAuthority(&'static str),
    #[error("not issued by this authority")]
    ForeignIssuer,
    #[error(
        "the authority can't be revoked, for every member's certificate rests on it: name the member's own"
    )]
    RevokesAuthority,
    #[error("the certificate names no node of a federation: {0}")]
    Identity(&'static str),
    #[error("a serial number is 32 hexadecimal digits, of which the first is 4 to 7")]
    Serial,
    #[error("the revocation list is refused: {0}")]
    RevocationList(&'static str),
    #[error("a password has 8 to 128 bytes and no NUL")]
    Password,
    /// The cryptographic library failed for a reason of its own, such as memory.
    #[error("the cryptographic library failed: {0}")]
    Library(String),
}

impl CertError {
    /// A stable code for logs and problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::TooLarge { .. } => "too_large",
            Self::RequestSignature => "request_signature",
            Self::Key(_) => "key",
            Self::KeyMismatch => "key_mismatch",
            Self::FederationName => "federation_name",
            Self::Host(_) => "host",
            Self::TooManyHosts(_) => "too_many_hosts",
            Self::Validity(_) => "validity",
            Self::OutlivesAuthority => "outlives_authority",
            Self::NotAnAuthority(_) => "not_an_authority",
            Self::ForeignIssuer => "foreign_issuer",
            Self::RevokesAuthority => "revokes_authority",
            Self::Identity(_) => "identity",
            Self::Serial => "serial",
            Self::RevocationList(_) => "revocation_list",
            Self::Password => "password",
            Self::Library(_) => "library",
        }
    }
}

/// Keeps the library's type out of the public interface.
pub(crate) fn library(stack: ErrorStack) -> CertError {
    let first = stack.errors().first().and_then(openssl::error::Error::reason);
    CertError::Library(first.unwrap_or("no reason given").to_owned())
}
