//! The same work by the crate `voprf`, and by curve operations without any hashing, checking or combining.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoBasepointTable};
use curve25519_dalek::traits::VartimeMultiscalarMul as _;
use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::RngCore as _;
use serde_json::Value;
use voprf::{BlindedElement, EvaluationElement, Ristretto255, VoprfClient, VoprfServer};

use crate::watch::micros_per;
use crate::{BATCH, rng, row};

pub(crate) struct Voprf<'a> {
    inputs: Vec<&'a [u8]>,
    server: VoprfServer<Ristretto255>,
}

impl<'a> Voprf<'a> {
    pub(crate) fn new(inputs: Vec<&'a [u8]>) -> Self {
        let server = VoprfServer::new(&mut rng()).unwrap();
        Self { inputs, server }
    }

    pub(crate) fn server(&self) -> f64 {
        let encoded: Vec<_> = self.blind().1.iter().map(BlindedElement::serialize).collect();
        micros_per(encoded.len(), || {
            let decoded: Vec<_> = encoded
                .iter()
                .map(|element| BlindedElement::<Ristretto255>::deserialize(element).unwrap())
                .collect();
            let result = self.server.batch_blind_evaluate(&mut rng(), &decoded).unwrap();
            let elements = result.messages.iter().map(EvaluationElement::serialize);
            (elements.collect::<Vec<_>>(), result.proof.serialize())
        })
    }

    /// Blinding, verifying and finishing with one server.
    pub(crate) fn client(&self) -> f64 {
        let (clients, messages) = self.blind();
        let answer = self.server.batch_blind_evaluate(&mut rng(), &messages).unwrap();
        let encoded: Vec<_> = answer.messages.iter().map(EvaluationElement::serialize).collect();
        let blind = micros_per(self.inputs.len(), || {
            let (_, messages) = self.blind();
            messages.iter().map(BlindedElement::serialize).collect::<Vec<_>>()
        });
        let finish = micros_per(self.inputs.len(), || {
            let messages: Vec<_> = encoded
                .iter()
                .map(|element| EvaluationElement::deserialize(element).unwrap())
                .collect();
            let public = self.server.get_public_key();
            VoprfClient::batch_finalize(&self.inputs, &clients, &messages, &answer.proof, public)
                .unwrap()
                .map(Result::unwrap)
                .collect::<Vec<_>>()
        });
        blind + finish
    }

    fn blind(&self) -> (Vec<VoprfClient<Ristretto255>>, Vec<BlindedElement<Ristretto255>>) {
        let mut rng = rng();
        self.inputs
            .iter()
            .map(|input| VoprfClient::blind(input, &mut rng).unwrap())
            .map(|blind| (blind.state, blind.message))
            .unzip()
    }
}

pub(crate) struct Floor {
    uniform: Vec<[u8; 64]>,
    scalars: Vec<Scalar>,
    points: Vec<RistrettoPoint>,
    encoded: Vec<CompressedRistretto>,
}

impl Floor {
    pub(crate) fn new() -> Self {
        let mut rng = rng();
        let points: Vec<_> = (0..BATCH).map(|_| RistrettoPoint::random(&mut rng)).collect();
        let uniform = || {
            let mut bytes = [0; 64];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        Self {
            uniform: std::iter::repeat_with(uniform).take(BATCH).collect(),
            scalars: (1..=BATCH)
                .map(|number| Scalar::from(number as u64).invert())
                .collect(),
            encoded: points.iter().map(RistrettoPoint::compress).collect(),
            points,
        }
    }

    pub(crate) fn operations(&self) -> Vec<Value> {
        let rows = [
            ("multiply a point", micros_per(BATCH, || self.multiply())),
            (
                "multiply the generator",
                micros_per(BATCH, || self.multiply_generator(BATCH)),
            ),
            (
                "sum of products, per point",
                micros_per(BATCH, || self.sum(BATCH)),
            ),
            ("decode a point", micros_per(BATCH, || self.decode(BATCH))),
            ("encode a point", micros_per(BATCH, || self.encode(BATCH))),
            (
                "encode a point, batched",
                micros_per(BATCH, || RistrettoPoint::double_and_compress_batch(&self.points)),
            ),
            ("map bytes to a point", micros_per(BATCH, || self.map(BATCH))),
        ];
        rows.map(|(name, value)| row(&format!("curve: {name}"), value, None))
            .into()
    }

    /// What a server's batch takes at least: decode, multiply, encode, one composite.
    pub(crate) fn server(&self, elements: usize) -> f64 {
        micros_per(elements, || {
            let evaluated = self.multiply();
            let encoded = RistrettoPoint::double_and_compress_batch(&evaluated);
            (self.decode(elements), encoded, self.sum(elements))
        })
    }

    /// What a client's batch takes at least, for each input: map and blind, then two composites for each
    /// server and what its proof commits to, then unblind and encode.
    pub(crate) fn client(&self, inputs: usize, elements: usize, servers: usize) -> f64 {
        let key = self.points[0];
        let table = RistrettoBasepointTable::create(&key);
        micros_per(inputs, || {
            let blinded = (
                self.map(elements),
                self.multiply_generator(inputs),
                self.encode(inputs),
            );
            let verified: Vec<_> = (0..servers)
                .map(|_| {
                    (
                        self.decode(elements),
                        self.sum(elements),
                        self.sum(elements),
                        self.commitments(),
                    )
                })
                .collect();
            let unblinded: Vec<_> = self.scalars[..inputs]
                .iter()
                .map(|scalar| &table * scalar)
                .collect();
            (blinded, verified, unblinded, self.encode(inputs))
        })
    }

    fn commitments(&self) -> [RistrettoPoint; 2] {
        let ([one, other], [first, second]) = (
            [self.scalars[1], self.scalars[2]],
            [self.points[1], self.points[2]],
        );
        [
            RistrettoPoint::vartime_double_scalar_mul_basepoint(&one, &first, &other),
            RistrettoPoint::vartime_multiscalar_mul([one, other], [first, second]),
        ]
    }

    fn multiply(&self) -> Vec<RistrettoPoint> {
        self.points.iter().map(|point| point * self.scalars[7]).collect()
    }

    fn multiply_generator(&self, count: usize) -> Vec<RistrettoPoint> {
        self.scalars[..count]
            .iter()
            .map(RistrettoPoint::mul_base)
            .collect()
    }

    fn sum(&self, count: usize) -> RistrettoPoint {
        RistrettoPoint::vartime_multiscalar_mul(&self.scalars[..count], &self.points[..count])
    }

    fn decode(&self, count: usize) -> Vec<Option<RistrettoPoint>> {
        self.encoded[..count]
            .iter()
            .map(CompressedRistretto::decompress)
            .collect()
    }

    fn encode(&self, count: usize) -> Vec<CompressedRistretto> {
        self.points[..count]
            .iter()
            .map(RistrettoPoint::compress)
            .collect()
    }

    fn map(&self, count: usize) -> Vec<RistrettoPoint> {
        self.uniform[..count]
            .iter()
            .map(RistrettoPoint::from_uniform_bytes)
            .collect()
    }
}
