//! Founding a federation: genesis, authority, the founder's certificate and the first token keys, 1-of-1.

use std::time::Duration;

use lianfang_certs::{Authority, NodeIdentity, Serial};
use lianfang_encoding::{Class, FederationId, NodeId, PublicKey, SigningKey, Timestamp, Transcript};
use lianfang_token::{Birth, DescriptorFields, KeyDescriptor, SecretKey};
use lianfang_wire::ProblemType;
use lianfang_wire::membership::{Envelope, Governance, Governor, Hash32, Member, Membership, Quotas};
use lianfang_wire::vocabulary::{MemberRole, MemberStatus};
use rand_core::CryptoRngCore;

use crate::{FlowError, HeldShare};

const DAY: Duration = Duration::from_secs(86_400);
const AUTHORITY_LIFE: Duration = Duration::from_secs(3_650 * 86_400);
const CERTIFICATE_LIFE: Duration = Duration::from_secs(397 * 86_400);

/// Who founds, and what.
pub struct Founder {
    /// Label of the federation for people.
    pub federation_name: String,
    /// A federation for tests may have its clock moved by hand.
    pub test: bool,
    pub node: NodeId,
    pub name: String,
    pub operator: String,
    pub role: MemberRole,
    pub jurisdiction: String,
    pub endpoint: String,
    pub hosts: Vec<String>,
    pub csr: String,
    pub signing_key: PublicKey,
}

/// Everything a founding makes. The caller stores it.
pub struct Founded {
    pub federation: FederationId,
    pub memberships: Vec<Envelope>,
    pub authority: Authority,
    pub certificate: String,
    pub governor: SigningKey,
    pub shares: Vec<HeldShare>,
}

/// Founds a federation with one member, who is its governor and its first committee.
///
/// The genesis can't name the token keys, whose ids depend on its hash: version 2 does.
///
/// # Errors
/// When the certificate request breaks a rule or OpenSSL fails.
pub fn found(founder: Founder, rng: &mut impl CryptoRngCore, now: Timestamp) -> Result<Founded, FlowError> {
    let authority = Authority::create(&founder.federation_name, AUTHORITY_LIFE, now).map_err(certificate)?;
    let governor = SigningKey::generate(rng);
    let first = genesis(&founder, &authority, governor.public(), now)?;
    let genesis = seal(&first, &governor)?;
    let parsed = genesis
        .clone()
        .parse()
        .map_err(|_| FlowError::Internal("the genesis can't be read back"))?;
    let federation = parsed.federation;
    let (keys, shares) = first_keys(federation, parsed.hash, rng, now)?;
    let second = Membership {
        version: 2,
        previous: Some(Hash32(parsed.hash)),
        federation: Some(federation),
        keys,
        ..first
    };
    let second = seal(&second, &governor)?;
    let pin = lianfang_certs::request_pin(&founder.csr).map_err(certificate)?;
    let serial = Serial::pinned(&federation, &founder.node, &pin, 1);
    let identity = NodeIdentity {
        fed: federation,
        node: founder.node,
        hosts: founder.hosts,
    };
    let certificate = authority
        .issue(&founder.csr, &identity, CERTIFICATE_LIFE, now, serial)
        .map_err(certificate)?;
    Ok(Founded {
        federation,
        memberships: vec![genesis, second],
        authority,
        certificate,
        governor,
        shares,
    })
}

fn genesis(
    founder: &Founder,
    authority: &Authority,
    governor: PublicKey,
    now: Timestamp,
) -> Result<Membership, FlowError> {
    let pin = lianfang_certs::request_pin(&founder.csr).map_err(certificate)?;
    Ok(Membership {
        version: 1,
        previous: None,
        federation: None,
        name: founder.federation_name.clone(),
        test: founder.test,
        issued: now,
        expires: now + 365 * DAY,
        governance: Governance {
            threshold: 1,
            governors: vec![Governor {
                node: founder.node.clone(),
                key: governor,
            }],
        },
        authorities: vec![authority.cert_pem().map_err(certificate)?],
        members: vec![Member {
            id: founder.node.clone(),
            name: founder.name.clone(),
            operator: founder.operator.clone(),
            role: founder.role,
            jurisdiction: founder.jurisdiction.clone(),
            endpoint: founder.endpoint.clone(),
            pin: Hash32(pin),
            retiring: None,
            signing_keys: vec![founder.signing_key],
            committee_index: Some(1),
            quotas: Quotas::default(),
            status: MemberStatus::Active,
        }],
        audiences: std::collections::BTreeMap::new(),
        rules: crate::rules::announced(),
        keys: Vec::new(),
    })
}

pub(crate) fn first_keys(
    federation: FederationId,
    genesis: [u8; 32],
    rng: &mut impl CryptoRngCore,
    now: Timestamp,
) -> Result<(Vec<KeyDescriptor>, Vec<HeldShare>), FlowError> {
    let mut keys = Vec::new();
    let mut held = Vec::new();
    for class in Class::ALL {
        let failed = |_| FlowError::Internal("a token key couldn't be made");
        let secret = SecretKey::generate(rng);
        let shares = secret.share(1, 1, rng).map_err(failed)?;
        let fields = DescriptorFields {
            fed: federation,
            class: *class,
            epoch: 1,
            generation: 0,
            threshold: 1,
            public_key: secret.public(),
            verification_shares: shares.iter().map(|share| *share.verification_share()).collect(),
            born: Birth {
                at: now,
                threshold: 1,
                members: 1,
            },
            transcript: Transcript::new("lianfang/founding/v1")
                .bytes(&genesis)
                .u8(class.number())
                .sha256(),
            valid_from: now,
            valid_until: now + 365 * DAY,
        };
        let key = KeyDescriptor::new(fields)
            .map_err(|_| FlowError::Internal("a token key's descriptor breaks a rule"))?;
        held.extend(shares.into_iter().map(|share| HeldShare {
            key_id: key.key_id(),
            generation: 0,
            share,
        }));
        keys.push(key);
    }
    Ok((keys, held))
}

fn seal(document: &Membership, governor: &SigningKey) -> Result<Envelope, FlowError> {
    Envelope::seal(document, &[governor])
        .map_err(|_| FlowError::Internal("a membership document can't be written"))
}

fn certificate(error: lianfang_certs::CertError) -> FlowError {
    FlowError::because(ProblemType::Invalid, error.to_string())
}
