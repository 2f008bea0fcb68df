//! What tokens cost, beside the crate `voprf` and beside the bare curve operations they are made of.
//! `cargo bench -p lianfang-token` prints a JSON list; times are the best of several rounds, one thread.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and ends at the first surprise"
)]

use std::hint::black_box;
use std::time::Instant;

use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::traits::VartimeMultiscalarMul as _;
use curve25519_dalek::{RistrettoPoint, Scalar};
use lianfang_encoding::{Class, FederationId, Timestamp};
use lianfang_token::{Birth, Blinded, DescriptorFields, Evaluation, KeyDescriptor, KeyShare, SecretKey};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde_json::{Value, json};
use voprf::{BlindedElement, Ristretto255, VoprfClient, VoprfServer};

const BATCH: usize = 512;
const ROUNDS: usize = 5;

fn main() {
    let bench = Bench::new();
    let mut report = Vec::new();
    bench.primitives(&mut report);
    bench.server(&mut report);
    bench.client(&mut report);
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

struct Bench {
    inputs: Vec<Vec<u8>>,
    shares: Vec<KeyShare>,
    descriptor: KeyDescriptor,
    alone: KeyShare,
    alone_descriptor: KeyDescriptor,
}

impl Bench {
    fn new() -> Self {
        let key = SecretKey::generate(&mut rng());
        let shares = key.share(3, 5, &mut rng()).unwrap();
        let alone = key.share(1, 1, &mut rng()).unwrap().remove(0);
        Self {
            inputs: (0..BATCH)
                .map(|number| format!("{number:0>60}").into_bytes())
                .collect(),
            descriptor: descriptor(&key, 3, &shares),
            alone_descriptor: descriptor(&key, 1, std::slice::from_ref(&alone)),
            shares,
            alone,
        }
    }

    fn blinded(&self, inputs: usize) -> Blinded {
        let inputs = self.inputs[..inputs].iter().map(Vec::as_slice);
        Blinded::new(inputs, &mut rng()).unwrap().pad(&mut rng())
    }

    fn server(&self, report: &mut Vec<Value>) {
        let blinded = self.blinded(BATCH);
        let elements = &blinded.elements()[..BATCH];
        let ours = per(BATCH, || self.alone.evaluate(elements, &mut rng()));
        let theirs = per(BATCH, || {
            let elements: Vec<_> = elements.iter().map(their_element).collect();
            let result = their_server(&self.alone)
                .batch_blind_evaluate(&mut rng(), &elements)
                .unwrap();
            result
                .messages
                .iter()
                .map(|message| message.serialize())
                .collect::<Vec<_>>()
        });
        report.push(row("server, per element", ours, "voprf 0.5", theirs));
    }

    fn client(&self, report: &mut Vec<Value>) {
        let theirs = self.their_client();
        let alone = std::slice::from_ref(&self.alone);
        let ours = self.our_client(BATCH, alone, &self.alone_descriptor);
        report.push(row(
            "client, per identifier, verified, t = 1",
            ours,
            "voprf 0.5",
            theirs,
        ));
        for indices in [[0, 1, 2], [0, 1, 4], [0, 2, 4]] {
            let shares = indices.map(|index| self.shares[index].clone());
            let ours = self.our_client(BATCH, &shares, &self.descriptor);
            let metric = format!(
                "client, per identifier, verified, t = 3, servers {:?}",
                indices.map(|i| i + 1)
            );
            report.push(row(&metric, ours, "three times voprf 0.5", 3.0 * theirs));
        }
        let single = self.our_client(1, &self.shares[..3], &self.descriptor);
        report.push(json!({"metric": "client, one identifier padded to 8, verified, t = 3", "value": single, "unit": "µs"}));
    }

    fn our_client(&self, inputs: usize, shares: &[KeyShare], key: &KeyDescriptor) -> f64 {
        let shares: Vec<_> = shares.iter().collect();
        let answered = |blinded: &Blinded| -> Vec<Evaluation> {
            shares
                .iter()
                .map(|share| share.evaluate(blinded.elements(), &mut rng()).unwrap())
                .collect()
        };
        let blind = || {
            let inputs = self.inputs[..inputs].iter().map(Vec::as_slice);
            let blinded = Blinded::new(inputs, &mut rng()).unwrap();
            if inputs_are_padded(blinded.inputs()) {
                blinded.pad(&mut rng())
            } else {
                blinded
            }
        };
        let blinded = blind();
        let answers = answered(&blinded);
        per(inputs, blind)
            + per(inputs, || {
                let verified: Vec<_> = shares
                    .iter()
                    .zip(&answers)
                    .map(|(share, answer)| blinded.verify(share.verification_share(), answer).unwrap())
                    .collect();
                blinded.finalize(key, &verified).unwrap()
            })
    }

    fn their_client(&self) -> f64 {
        let blind = || -> (Vec<_>, Vec<_>) {
            let mut rng = rng();
            self.inputs
                .iter()
                .map(|input| VoprfClient::<Ristretto255>::blind(input, &mut rng).unwrap())
                .map(|blind| (blind.state, blind.message))
                .unzip()
        };
        let (clients, messages) = blind();
        let server = their_server(&self.alone);
        let answer = server.batch_blind_evaluate(&mut rng(), &messages).unwrap();
        let encoded: Vec<_> = answer
            .messages
            .iter()
            .map(|message| message.serialize())
            .collect();
        per(BATCH, || {
            blind()
                .1
                .iter()
                .map(BlindedElement::serialize)
                .collect::<Vec<_>>()
        }) + per(BATCH, || {
            let messages: Vec<_> = encoded
                .iter()
                .map(|element| voprf::EvaluationElement::deserialize(element).unwrap())
                .collect();
            VoprfClient::batch_finalize(
                &self.inputs,
                &clients,
                &messages,
                &answer.proof,
                server.get_public_key(),
            )
            .unwrap()
            .map(Result::unwrap)
            .collect::<Vec<_>>()
        })
    }

    fn primitives(&self, report: &mut Vec<Value>) {
        let mut rng = rng();
        let scalars: Vec<_> = (0..BATCH).map(|_| Scalar::random(&mut rng)).collect();
        let points: Vec<_> = (0..BATCH).map(|_| RistrettoPoint::random(&mut rng)).collect();
        let encoded: Vec<_> = points.iter().map(RistrettoPoint::compress).collect();
        let pairs = || points.iter().zip(&scalars);
        let rows = [
            (
                "multiply a point",
                per(BATCH, || {
                    pairs().map(|(point, scalar)| point * scalar).collect::<Vec<_>>()
                }),
            ),
            (
                "multiply the generator",
                per(BATCH, || {
                    scalars.iter().map(RistrettoPoint::mul_base).collect::<Vec<_>>()
                }),
            ),
            (
                "multi-scalar multiplication, per point",
                per(BATCH, || {
                    RistrettoPoint::vartime_multiscalar_mul(&scalars, &points)
                }),
            ),
            (
                "decode a point",
                per(BATCH, || {
                    encoded
                        .iter()
                        .map(CompressedRistretto::decompress)
                        .collect::<Vec<_>>()
                }),
            ),
            (
                "encode a point",
                per(BATCH, || {
                    points.iter().map(RistrettoPoint::compress).collect::<Vec<_>>()
                }),
            ),
            (
                "encode a point, batched",
                per(BATCH, || RistrettoPoint::double_and_compress_batch(&points)),
            ),
            (
                "map to a point",
                per(BATCH, || {
                    (0..BATCH)
                        .map(|_| RistrettoPoint::from_uniform_bytes(&[7; 64]))
                        .collect::<Vec<_>>()
                }),
            ),
        ];
        for (metric, value) in rows {
            report.push(json!({"metric": format!("curve: {metric}"), "value": value, "unit": "µs"}));
        }
    }
}

/// Full batches are measured without padding, single screenings with it.
fn inputs_are_padded(inputs: usize) -> bool {
    inputs < BATCH
}

fn row(metric: &str, value: f64, against: &str, baseline: f64) -> Value {
    json!({"metric": metric, "value": value, "unit": "µs", "against": against, "baseline": baseline, "ratio": value / baseline})
}

/// The best of several rounds of at least 16 runs, in microseconds for each of `count`.
fn per<T>(count: usize, mut work: impl FnMut() -> T) -> f64 {
    let runs = (BATCH / count).max(16);
    let rounds = (0..ROUNDS).map(|_| {
        let start = Watch::start();
        for _ in 0..runs {
            black_box(work());
        }
        start.elapsed() / runs as f64
    });
    rounds.fold(f64::INFINITY, f64::min) * 1e6 / count as f64
}

/// Time on the processor where Linux tells it, so that other processes don't count; wall time elsewhere.
struct Watch(Instant, Option<f64>);

impl Watch {
    fn start() -> Self {
        Self(Instant::now(), Self::on_processor())
    }

    fn elapsed(&self) -> f64 {
        match (self.1, Self::on_processor()) {
            (Some(start), Some(end)) => end - start,
            _ => self.0.elapsed().as_secs_f64(),
        }
    }

    fn on_processor() -> Option<f64> {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        let nanoseconds: f64 = stat.split_whitespace().next()?.parse().ok()?;
        Some(nanoseconds / 1e9)
    }
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

fn their_server(share: &KeyShare) -> VoprfServer<Ristretto255> {
    VoprfServer::new_with_key(&share.to_bytes()[2..]).unwrap()
}

fn their_element(element: &[u8; 32]) -> BlindedElement<Ristretto255> {
    BlindedElement::deserialize(element).unwrap()
}

fn descriptor(key: &SecretKey, threshold: u16, shares: &[KeyShare]) -> KeyDescriptor {
    KeyDescriptor::new(DescriptorFields {
        fed: FederationId([1; 16]),
        class: Class::Organisation,
        epoch: 1,
        generation: 1,
        threshold,
        public_key: key.public(),
        verification_shares: shares.iter().map(|share| *share.verification_share()).collect(),
        born: Birth {
            at: Timestamp::from_secs(1),
            threshold,
            members: threshold,
        },
        transcript: [0; 32],
        valid_from: Timestamp::from_secs(1),
        valid_until: Timestamp::from_secs(2),
    })
    .unwrap()
}
