//! The header's bytes, integers big-endian (PROTOCOL.md §3):
//!
//! ```text
//! "LFDH"  suite u8 = 1  version u8 = 1  profile u8 = 0  kind u8 (1 base, 2 delta)
//! fed [16]  publisher len8  incarnation u32  audience len8  audience_version u32  subject_type u8  epoch u32
//! key count u8, key_id [16] …   rules count u16, (kind u16, norm_version u8, digest [32]) …
//! b u8  r_additions u8  r_removals u8  shard_bits u8 = 20   (b and r are 0 in a base)
//! sequence u64  base_sequence u64  created u64 µs  expires u64 µs
//! total u32  additions u32  removals u32   (the last two are 0 in a base)
//! body length u64, sha256 [32]  previous [32]  state [32]  shard table [32]
//! confirm_bits u8  signing key [8]  extension count u8, (number u16, value len16) …
//! ```

use lianfang_encoding::{FederationId, KeyId, SubjectType, Timestamp};

use crate::gcs::{self, PREFIX_BITS};
use crate::header::{BodyRef, Extension, Header, Kind, RulesDigest, SHARD_BITS};
use crate::{ListId, Refusal};

/// Longest header accepted, signature left out.
pub const MAX_HEADER: usize = 16 * 1024;

const MAGIC: [u8; 4] = *b"LFDH";
const SUITE: u8 = 1;
const VERSION: u8 = 1;
const PROFILE: u8 = 0;

/// The bytes of `header`.
///
/// # Errors
/// Whatever [`Header::check`] refuses, and [`Refusal::HeadTooLong`] beyond [`MAX_HEADER`].
pub fn encode(header: &Header) -> Result<Vec<u8>, Refusal> {
    header.check()?;
    let mut out = Writer(Vec::with_capacity(512));
    out.put(&MAGIC);
    let (kind, additions, removals) = kind_fields(header.kind);
    out.put(&[SUITE, VERSION, PROFILE, kind]);
    put_names(&mut out, header);
    put_lists(&mut out, header);
    out.put(&parameters(header.kind));
    out.put(&[SHARD_BITS]);
    let times = [header.created.as_micros(), header.expires.as_micros()];
    for value in [header.sequence, header.base_sequence].into_iter().chain(times) {
        out.put(&value.to_be_bytes());
    }
    for count in [header.total, additions, removals] {
        out.put(&count.to_be_bytes());
    }
    out.put(&header.body.length.to_be_bytes());
    for hash in [
        header.body.sha256,
        header.previous,
        header.state,
        header.body.shard_table,
    ] {
        out.put(&hash);
    }
    out.put(&[header.confirm_bits]);
    out.put(&header.signing_key.0);
    put_extensions(&mut out, &header.extensions);
    if out.0.len() > MAX_HEADER {
        Err(Refusal::HeadTooLong)
    } else {
        Ok(out.0)
    }
}

/// Reads a header from the front of `bytes`, and says how many bytes it took.
///
/// # Errors
/// A distinct refusal for each field and rule; nothing is allocated beyond what `bytes` holds.
pub fn decode(bytes: &[u8]) -> Result<(Header, usize), Refusal> {
    let mut input = Reader { rest: bytes };
    let kind = take_preamble(&mut input)?;
    let federation = FederationId(input.array()?);
    let publisher = input.label()?.parse().map_err(|_| Refusal::PublisherName)?;
    let incarnation = input.u32()?;
    let audience = input.label()?.parse().map_err(|_| Refusal::AudienceName)?;
    let audience_version = input.u32()?;
    let subject_type = subject_type(input.u8()?)?;
    let epoch = input.u32()?;
    let token_keys = take_token_keys(&mut input)?;
    let rules = take_rules(&mut input)?;
    let given: [u8; 3] = input.array()?;
    let shard_bits = input.u8()?;
    let (sequence, base_sequence) = (input.u64()?, input.u64()?);
    let (created, expires) = (input.time()?, input.time()?);
    let (total, additions, removals) = (input.u32()?, input.u32()?, input.u32()?);
    let kind = kind_of(kind, additions, removals)?;
    let length = input.u64()?;
    let (sha256, previous, state, shard_table) =
        (input.array()?, input.array()?, input.array()?, input.array()?);
    let header = Header {
        federation,
        list: ListId {
            publisher,
            audience,
            subject_type,
            epoch,
        },
        incarnation,
        audience_version,
        token_keys,
        rules,
        kind,
        total,
        sequence,
        base_sequence,
        created,
        expires,
        body: BodyRef {
            length,
            sha256,
            shard_table,
        },
        previous,
        state,
        confirm_bits: input.u8()?,
        signing_key: KeyId(input.array()?),
        extensions: take_extensions(&mut input)?,
    };
    header.check()?;
    if given != parameters(kind) || shard_bits != SHARD_BITS {
        return Err(Refusal::Parameters);
    }
    let taken = bytes.len() - input.rest.len();
    if taken > MAX_HEADER {
        Err(Refusal::HeadTooLong)
    } else {
        Ok((header, taken))
    }
}

fn kind_fields(kind: Kind) -> (u8, u32, u32) {
    match kind {
        Kind::Base => (1, 0, 0),
        Kind::Delta { additions, removals } => (2, additions, removals),
    }
}

fn kind_of(number: u8, additions: u32, removals: u32) -> Result<Kind, Refusal> {
    match (number, additions, removals) {
        (1, 0, 0) => Ok(Kind::Base),
        (1, _, _) => Err(Refusal::Counts),
        (2, additions, removals) => Ok(Kind::Delta { additions, removals }),
        (unknown, _, _) => Err(Refusal::Kind(unknown)),
    }
}

fn parameters(kind: Kind) -> [u8; 3] {
    match kind {
        Kind::Base => [0; 3],
        Kind::Delta { additions, removals } => [
            PREFIX_BITS,
            gcs::rice_bits(PREFIX_BITS, additions),
            gcs::rice_bits(PREFIX_BITS, removals),
        ],
    }
}

fn put_names(out: &mut Writer, header: &Header) {
    out.put(header.federation.as_bytes());
    out.label(header.list.publisher.as_str());
    out.put(&header.incarnation.to_be_bytes());
    out.label(header.list.audience.as_str());
    out.put(&header.audience_version.to_be_bytes());
    out.put(&[header.list.subject_type.number()]);
    out.put(&header.list.epoch.to_be_bytes());
}

fn put_lists(out: &mut Writer, header: &Header) {
    out.put(&[header.token_keys.len() as u8]);
    for key in &header.token_keys {
        out.put(key);
    }
    out.put(&(header.rules.len() as u16).to_be_bytes());
    for rule in &header.rules {
        out.put(&rule.kind.to_be_bytes());
        out.put(&[rule.norm_version]);
        out.put(&rule.digest);
    }
}

fn put_extensions(out: &mut Writer, extensions: &[Extension]) {
    out.put(&[extensions.len() as u8]);
    for extension in extensions {
        out.put(&extension.number.to_be_bytes());
        out.put(&(extension.value.len() as u16).to_be_bytes());
        out.put(&extension.value);
    }
}

fn take_preamble(input: &mut Reader<'_>) -> Result<u8, Refusal> {
    if input.array()? != MAGIC {
        return Err(Refusal::Magic);
    }
    match input.array()? {
        [suite, _, _, _] if suite != SUITE => Err(Refusal::Suite(suite)),
        [_, version, _, _] if version != VERSION => Err(Refusal::Version(version)),
        [_, _, profile, _] if profile != PROFILE => Err(Refusal::Profile(profile)),
        [_, _, _, kind @ (1 | 2)] => Ok(kind),
        [_, _, _, kind] => Err(Refusal::Kind(kind)),
    }
}

fn take_token_keys(input: &mut Reader<'_>) -> Result<Vec<[u8; 16]>, Refusal> {
    match input.u8()? {
        count @ 1..=8 => (0..count).map(|_| input.array()).collect(),
        _ => Err(Refusal::TokenKeys),
    }
}

fn take_rules(input: &mut Reader<'_>) -> Result<Vec<RulesDigest>, Refusal> {
    let count = input.u16()?;
    if count > 256 {
        return Err(Refusal::Rules);
    }
    let take_rule = |input: &mut Reader<'_>| {
        let (kind, norm_version, digest) = (input.u16()?, input.u8()?, input.array()?);
        Ok(RulesDigest {
            kind,
            norm_version,
            digest,
        })
    };
    (0..count).map(|_| take_rule(input)).collect()
}

fn take_extensions(input: &mut Reader<'_>) -> Result<Vec<Extension>, Refusal> {
    let take_extension = |input: &mut Reader<'_>| {
        let (number, length) = (input.u16()?, input.u16()?);
        let value = input.take(length.into())?.to_vec();
        Ok(Extension { number, value })
    };
    match input.u8()? {
        count @ 0..=16 => (0..count).map(|_| take_extension(input)).collect(),
        _ => Err(Refusal::Extensions),
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn label(&mut self, label: &str) {
        self.put(&[label.len() as u8]);
        self.put(label.as_bytes());
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Refusal> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Refusal::HeadTruncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Refusal::HeadTruncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Result<u8, Refusal> {
        self.array().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16, Refusal> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, Refusal> {
        self.array().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Result<u64, Refusal> {
        self.array().map(u64::from_be_bytes)
    }

    fn time(&mut self) -> Result<Timestamp, Refusal> {
        let micros = self.u64()?;
        let time = Timestamp::from_micros(micros);
        if time.as_micros() == micros {
            Ok(time)
        } else {
            Err(Refusal::Lifetime)
        }
    }

    fn label(&mut self) -> Result<&'a str, Refusal> {
        let length = self.u8()?;
        Ok(std::str::from_utf8(self.take(length.into())?).unwrap_or_default())
    }
}

fn subject_type(number: u8) -> Result<SubjectType, Refusal> {
    SubjectType::from_number(number).ok_or(Refusal::SubjectType(number))
}
