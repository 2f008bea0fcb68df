#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its result and its progress"
)]
#![expect(clippy::expect_used, reason = "a benchmark that can't run stops")]
//! The index beside a loop over the `bloomfilter` crate, in one run: `cargo bench -p lianfang-screener --bench index`.
//!
//! `-- --publishers 200 --entries 1048576 --mixed 200` are the defaults. Prints a JSON list of {metric, value, unit,
//! baseline, ratio}; for times the ratio is baseline over value. "Single" lookups begin when the one before is done, as requests do;
//! the floor touches the same cache lines in the same way and does nothing else.

mod population;
mod timing;

use std::hint::black_box;
use std::sync::Arc;

use lianfang_digest::gcs::{PREFIX_BITS, prefix};
use lianfang_digest::{Delta, Kind, Modulus, SizeClass};
use lianfang_screener::{Bases, ChangeSource, Changes, Index, Roster};

use population::{List, Population, stranger};
use timing::{Report, argument, nanos, one_by_one, per_token};

/// So many that their lines don't stay in any cache from one run to the next.
const TOKENS: usize = 4_000_000;

fn main() {
    let (publishers, entries) = (argument("--publishers", 200), argument("--entries", 1 << 20));
    let mut report = Report::default();
    let tokens: Vec<[u8; 32]> = (0..TOKENS as u64).map(stranger).collect();
    let even = Population::even(publishers, entries);
    even.check();
    let crate_loop = measure_bases(&mut report, "", &even, &tokens);
    measure_merged(&mut report, &even, &tokens, crate_loop);
    measure_decoding(&mut report, &even.lists[..even.lists.len().min(16)]);
    drop(even);
    measure_roster(&mut report);
    let mixed = Population::mixed(argument("--mixed", 200));
    measure_bases(&mut report, "mixed_", &mixed, &tokens);
    report.print();
}

/// Bit-sliced bases beside the crate's loop; gives the nanoseconds of the loop.
fn measure_bases(report: &mut Report, name: &str, population: &Population, tokens: &[[u8; 32]]) -> f64 {
    let filters: Vec<_> = population.lists.iter().map(List::filter).collect();
    let few = &tokens[..tokens.len().min(8_000)];
    let crate_loop = per_token(few.len(), || {
        few.iter()
            .map(|token| {
                filters
                    .iter()
                    .filter(|filter| filter.check(&population::Item(*token)))
                    .count()
            })
            .sum()
    });
    drop(filters);
    report.add(&format!("{name}crate_loop"), crate_loop, "ns/token", None);

    let sources = population.sources();
    let (bases, built) = nanos(|| Bases::build(&sources).expect("bases"));
    report.add(
        &format!("{name}bases_build"),
        built / population.entries() as f64,
        "ns/entry",
        None,
    );
    let (size, bodies) = (bases.as_bytes().len() as f64, population.bodies() as f64);
    report.add(
        &format!("{name}bases_memory"),
        size / population.entries() as f64,
        "B/entry",
        Some(bodies / population.entries() as f64),
    );
    let (opened, open) = nanos(|| Bases::open(bases.as_bytes()).is_ok());
    assert!(opened);
    report.add(&format!("{name}bases_open"), open, "ns", None);

    let bases = Arc::new(bases);
    let index = Index::new(population.current(), vec![Arc::clone(&bases)]).expect("an index");
    population.check_index(&index);
    let single = single(&index, tokens);
    let batch = batch(&index, tokens);
    report.add(
        &format!("{name}bit_sliced_single"),
        single,
        "ns/token",
        Some(crate_loop),
    );
    report.add(
        &format!("{name}bit_sliced_batch"),
        batch,
        "ns/token",
        Some(crate_loop),
    );
    if name.is_empty() {
        let class = SizeClass::of_total(population.lists[0].total).expect("a class");
        let (row, modulus) = (
            population.lists.len().next_power_of_two() / 8,
            Modulus::from(class),
        );
        let seed = population.seed;
        let lines = |token: &[u8; 32]| {
            std::array::from_fn(|i| seed.probe(token).position(i as u32, &modulus) as usize * row / 64)
        };
        measure_floor::<10>(
            report,
            "bit_sliced",
            bases.as_bytes(),
            tokens,
            (single, batch),
            lines,
        );
    }
    crate_loop
}

fn measure_merged(report: &mut Report, population: &Population, tokens: &[[u8; 32]], crate_loop: f64) {
    let deltas: Vec<_> = population.lists.iter().map(List::delta).collect();
    let sources: Vec<_> = population
        .lists
        .iter()
        .zip(&deltas)
        .map(|(list, delta)| list.change(delta))
        .collect();
    let (changes, built) = nanos(|| Changes::build(&sources).expect("changes"));
    drop(sources);
    drop(deltas);
    let entries = population.entries();
    report.add("merged_build", built / entries as f64, "ns/entry", None);
    report.add(
        "merged_memory",
        changes.as_bytes().len() as f64 / entries as f64,
        "B/entry",
        None,
    );
    let lines = (entries * 2).div_ceil(23);
    population.check_changes(&changes);
    let single = one_by_one(tokens.len(), |place| {
        let mut hits = 0;
        changes.lookup(&tokens[place], |_| hits += 1);
        hits
    });
    let batch = per_token(tokens.len(), || {
        let mut hits = 0;
        changes.lookup_batch(tokens, |_, _| hits += 1);
        hits
    });
    let floor_lines = |token: &[u8; 32]| {
        let key = prefix(token, PREFIX_BITS) << (64 - u32::from(PREFIX_BITS));
        [((u128::from(key) * lines as u128) >> 64) as usize]
    };
    report.add("merged_single", single, "ns/token", Some(crate_loop));
    report.add("merged_batch", batch, "ns/token", Some(crate_loop));
    measure_floor::<1>(
        report,
        "merged",
        changes.as_bytes(),
        tokens,
        (single, batch),
        floor_lines,
    );
}

/// Touches the lines that `lines` names for each token, one token after the other and independently.
fn measure_floor<const N: usize>(
    report: &mut Report,
    name: &str,
    memory: &[u8],
    tokens: &[[u8; 32]],
    (single, batch): (f64, f64),
    lines: impl Fn(&[u8; 32]) -> [usize; N],
) {
    let memory = memory.as_chunks::<64>().0;
    let wanted: Vec<[usize; N]> = tokens.iter().map(lines).collect();
    let touch = |lines: &[usize; N]| lines.iter().fold(0, |sum, line| sum ^ memory[*line][0]);
    let floor_single = one_by_one(wanted.len(), |place| usize::from(touch(&wanted[place])));
    let floor_batch = per_token(wanted.len(), || {
        wanted.iter().map(|lines| usize::from(touch(lines))).sum()
    });
    for (mode, value, floor) in [("single", single, floor_single), ("batch", batch, floor_batch)] {
        report.add(&format!("{name}_{mode}_floor"), floor, "ns/token", None);
        report.add(&format!("{name}_{mode}_over_floor"), value / floor, "×", None);
    }
}

fn measure_decoding(report: &mut Report, lists: &[List]) {
    let bodies: Vec<(Kind, Vec<u8>)> = lists
        .iter()
        .map(List::delta)
        .map(|delta| (delta.kind(), delta.encode().expect("a body")))
        .collect();
    let entries: usize = lists.iter().map(|list| list.prefixes.len()).sum();
    let ((), time) = nanos(|| {
        let deltas: Vec<_> = bodies
            .iter()
            .map(|(kind, body)| Delta::decode(*kind, body).expect("a delta"))
            .collect();
        let sources: Vec<ChangeSource<'_>> = lists
            .iter()
            .zip(&deltas)
            .map(|(list, delta)| list.change(delta))
            .collect();
        black_box(Changes::build(&sources).expect("changes"));
    });
    report.add("decode_to_index", time / entries as f64, "ns/entry", None);
}

fn measure_roster(report: &mut Report) {
    let mut tokens: Vec<[u8; 32]> = (0..10_000_000).map(|i| stranger(i << 20)).collect();
    tokens.sort_unstable();
    let mut additions: Vec<u64> = (0..9_000).map(|i| prefix(&stranger(i), PREFIX_BITS)).collect();
    additions.extend((0..1_000).map(|i| prefix(&tokens[i * 9_973], PREFIX_BITS)));
    additions.sort_unstable();
    additions.dedup();
    let roster = Roster::new(tokens.concat()).expect("sorted");
    drop(tokens);
    let mut hits = 0;
    let ((), time) = nanos(|| roster.match_additions(&additions, |_| hits += 1));
    assert!(hits >= 1_000, "{hits}");
    report.add("roster_10m_by_delta_10k", time / 1e6, "ms", None);
}

fn single(index: &Index, tokens: &[[u8; 32]]) -> f64 {
    one_by_one(tokens.len(), |place| index.lookup(&tokens[place]).len())
}

fn batch(index: &Index, tokens: &[[u8; 32]]) -> f64 {
    per_token(tokens.len(), || {
        let mut hits = 0;
        index.lookup_batch(tokens, |_, _| hits += 1);
        hits
    })
}
