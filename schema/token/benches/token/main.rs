//! What tokens cost, beside the crate `voprf` and beside the bare curve operations they are made of.
//! `cargo bench -p lianfang-token` prints a JSON list; times are the best of several rounds on one thread.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and ends at the first surprise"
)]

mod baseline;
mod watch;

use lianfang_encoding::{Class, FederationId, Timestamp};
use lianfang_token::{Birth, Blinded, DescriptorFields, Evaluation, KeyDescriptor, KeyShare, SecretKey};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde_json::{Value, json};

use crate::baseline::{Floor, Voprf};
use crate::watch::micros_per;

/// The largest section: bulk work.
const BATCH: usize = 4096;
/// Identifiers of one screened subject, padded to 8 elements.
const SUBJECT: usize = 5;

fn main() {
    let bench = Bench::new();
    let (floor, voprf) = (Floor::new(), Voprf::new(bench.inputs(BATCH)));
    let mut report = floor.operations();
    report.extend(bench.server(&floor, &voprf));
    report.extend(bench.client(&floor, &voprf));
    report.push(bench.own());
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

struct Bench {
    inputs: Vec<Vec<u8>>,
    whole: Committee,
    shared: Committee,
}

struct Committee {
    shares: Vec<KeyShare>,
    key: KeyDescriptor,
}

impl Committee {
    fn new(threshold: u16, members: u16) -> Self {
        let secret = SecretKey::generate(&mut rng());
        let shares = secret.share(threshold, members, &mut rng()).unwrap();
        let key = descriptor(&secret, threshold, &shares).prepare();
        Self { shares, key }
    }

    fn servers(&self, indices: &[u16]) -> Vec<&KeyShare> {
        self.shares
            .iter()
            .filter(|share| indices.contains(&share.index()))
            .collect()
    }
}

impl Bench {
    fn new() -> Self {
        Self {
            inputs: (0..BATCH)
                .map(|number| format!("{number:0>60}").into_bytes())
                .collect(),
            whole: Committee::new(1, 1),
            shared: Committee::new(3, 5),
        }
    }

    fn inputs(&self, count: usize) -> Vec<&[u8]> {
        self.inputs[..count].iter().map(Vec::as_slice).collect()
    }

    fn server(&self, floor: &Floor, voprf: &Voprf<'_>) -> Vec<Value> {
        let blinded = self.blind(BATCH);
        let share = &self.whole.shares[0];
        let ours = micros_per(BATCH, || share.evaluate(blinded.elements(), &mut rng()));
        let metric = "server, per element";
        vec![
            row(metric, ours, Some(("voprf", voprf.server()))),
            row(metric, ours, Some(("bare curve", floor.server(BATCH)))),
        ]
    }

    /// Of whoever holds a share: evaluating with it, beside asking for it.
    fn own(&self) -> Value {
        let (blinded, share) = (self.blind(BATCH), &self.shared.shares[0]);
        let ours = micros_per(BATCH, || blinded.evaluate(share));
        let asked = micros_per(BATCH, || {
            let answer = share.evaluate(blinded.elements(), &mut rng()).unwrap();
            blinded.verify(share.verification_share(), &answer).unwrap()
        });
        row(
            "a share of one's own, per element",
            ours,
            Some(("asked and verified", asked)),
        )
    }

    fn client(&self, floor: &Floor, voprf: &Voprf<'_>) -> Vec<Value> {
        let alone = self.cost(BATCH, &self.whole, &[1]);
        let theirs = voprf.client();
        let near = self.cost(BATCH, &self.shared, &[1, 2, 3]);
        let far = self.cost(BATCH, &self.shared, &[1, 2, 5]);
        let subject = self.cost(SUBJECT, &self.shared, &[1, 2, 3]) * SUBJECT as f64;
        let bare = floor.client(BATCH, BATCH, 3);
        let bare_subject = floor.client(SUBJECT, 8, 3) * SUBJECT as f64;
        let lines = [
            ("client, per identifier, t = 1", alone, "voprf", theirs),
            (
                "client, per identifier, t = 1",
                alone,
                "bare curve",
                floor.client(BATCH, BATCH, 1),
            ),
            (
                "client, t = 3, consecutive shares",
                near,
                "3 × voprf",
                3.0 * theirs,
            ),
            ("client, t = 3, consecutive shares", near, "bare curve", bare),
            ("client, t = 3, other shares", far, "3 × voprf", 3.0 * theirs),
            ("client, t = 3, other shares", far, "bare curve", bare),
            (
                "client, 5 identifiers padded to 8, t = 3",
                subject,
                "bare curve",
                bare_subject,
            ),
        ];
        let rows =
            lines.map(|(metric, value, against, baseline)| row(metric, value, Some((against, baseline))));
        rows.into()
    }

    /// Blinding, verifying and combining, for each input.
    fn cost(&self, inputs: usize, committee: &Committee, indices: &[u16]) -> f64 {
        let servers = committee.servers(indices);
        let blinded = self.blind(inputs);
        let answers: Vec<Evaluation> = servers
            .iter()
            .map(|share| share.evaluate(blinded.elements(), &mut rng()).unwrap())
            .collect();
        let blind = micros_per(inputs, || self.blind(inputs));
        let combine = micros_per(inputs, || {
            let answers: Vec<_> = servers
                .iter()
                .zip(&answers)
                .map(|(share, answer)| blinded.verify(share.verification_share(), answer).unwrap())
                .collect();
            blinded.finalize(&committee.key, &answers).unwrap()
        });
        blind + combine
    }

    fn blind(&self, inputs: usize) -> Blinded {
        Blinded::new(self.inputs(inputs), &mut rng())
            .unwrap()
            .pad(&mut rng())
    }
}

/// One line of the report; `baseline` is the same work done otherwise.
pub(crate) fn row(metric: &str, value: f64, baseline: Option<(&str, f64)>) -> Value {
    let rounded = |number: f64| (number * 100.0).round() / 100.0;
    let against = baseline.map_or(String::new(), |(name, _)| format!(" / {name}"));
    json!({
        "metric": format!("{metric}{against}"),
        "value": rounded(value),
        "unit": "µs",
        "baseline": baseline.map(|(_, value)| rounded(value)),
        "ratio": baseline.map(|(_, baseline)| rounded(value / baseline)),
    })
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
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
