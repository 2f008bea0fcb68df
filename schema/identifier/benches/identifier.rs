//! Cost of one identifier of each kind beside the bare library call it rests on, and of the tables at start-up.
//! Prints a JSON list of `{"metric","value","unit","baseline","ratio"}`.
#![expect(clippy::expect_used, reason = "a benchmark that can't go on has failed")]

use std::hint::black_box;
use std::time::Instant;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use lianfang_identifier::{InputKind, canonicalise};
use unicode_normalization::UnicodeNormalization;

const ROUNDS: usize = 4001;

struct Case {
    kind: &'static str,
    value: &'static str,
    /// The library call underneath, when there is one.
    bare: Option<Box<dyn Fn()>>,
}

fn main() {
    let resident_before = resident();
    let start = Instant::now();
    for case in cases() {
        let kind: InputKind = case.kind.parse().expect("kind");
        let _ = black_box(canonicalise(kind, case.value, None));
    }
    let warm_up = start.elapsed();
    let mut rows = vec![
        row(
            "identifier.tables.first_use",
            warm_up.as_secs_f64() * 1e3,
            "ms",
            None,
        ),
        row(
            "identifier.tables.resident",
            (resident() - resident_before) / 1024.0,
            "MiB",
            None,
        ),
    ];
    for case in cases() {
        let kind: InputKind = case.kind.parse().expect("kind");
        assert!(
            canonicalise(kind, case.value, None).is_ok(),
            "{} {}",
            case.kind,
            case.value
        );
        let own = median(|| {
            let _ = black_box(canonicalise(kind, black_box(case.value), None));
        });
        let bare = case.bare.as_ref().map(median);
        rows.push(row(&format!("identifier.{}", case.kind), own, "us", bare));
    }
    print(&rows);
}

fn cases() -> Vec<Case> {
    fn phone() -> Box<dyn Fn()> {
        let util = rlibphonenumber::PhoneNumberUtil::new().expect("metadata");
        let region = "CN".parse().expect("region");
        Box::new(move || {
            let number = util.parse(black_box("186 1502 0612"), Some(region));
            let _ = black_box(number.map(|number| {
                util.format(&number, rlibphonenumber::PhoneNumberFormat::E164)
                    .into_owned()
            }));
        })
    }
    fn opencc(name: &'static str) -> Box<dyn Fn()> {
        let opencc = OpenCC::from_config(BuiltinConfig::T2s).expect("dictionary");
        Box::new(move || {
            black_box(opencc.convert(&black_box(name).nfkc().collect::<String>()));
        })
    }
    fn nfkc(name: &'static str) -> Option<Box<dyn Fn()>> {
        Some(Box::new(move || {
            black_box(black_box(name).nfkc().collect::<String>());
        }))
    }
    let case = |kind, value, bare| Case { kind, value, bare };
    let iban: Box<dyn Fn()> = Box::new(|| {
        let _ = black_box(black_box("AT602905756444051527").parse::<iban::Iban>());
    });
    let idna: Box<dyn Fn()> = Box::new(|| {
        let _ = black_box(idna::domain_to_ascii(black_box("acme-shop.de")));
    });
    let url: Box<dyn Fn()> = Box::new(|| {
        let _ = black_box(url::Url::parse(black_box(
            "https://www.amazon.com/Some-Name/dp/B0Q3P7ESX4/ref=sr_1?keywords=x",
        )));
    });
    vec![
        case("cn_uscc", "91350100M000100Y43", None),
        case("tw_ubn", "16844548", None),
        case("us_ein", "98-1909071", None),
        case("duns", "52-023-7366", None),
        case("lei", "253400UQS2QLH2209P60", None),
        case("eu_vat", "DE286164921", None),
        case("eori", "DE1234567890", None),
        case(
            "legal_name_cn",
            "上海螞蟻博士日用品有限責任公司",
            Some(opencc("上海螞蟻博士日用品有限責任公司")),
        ),
        case(
            "legal_name_en",
            "DALIAN SUN MOON STAR INTERNATIONAL LOGISTICS TRADING CO., LTD",
            nfkc("DALIAN SUN MOON STAR INTERNATIONAL LOGISTICS TRADING CO., LTD"),
        ),
        case("domain", "acme-shop.de", Some(idna)),
        case("shop_url", "https://acme.tmall.com/shop/view_shop.htm", None),
        case("cn_ric", "11010519860605007X", None),
        case("passport", "CHN | EA7202242", None),
        case("phone_cn", "186 1502 0612", Some(phone())),
        case("email", "Top.Seller1707+x@googlemail.com", None),
        case("bank_card", "6217001812221524466", None),
        case("iban", "AT602905756444051527", Some(iban)),
        case("payee", "alipay | 15088915719", None),
        case("wallet_btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", None),
        case("wallet_eth", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", None),
        case("gtin", "6943140102132", None),
        case("isbn", "978-7-6745-0205-4", None),
        case("asin", "B0PJLWZC6T", None),
        case("brand", "Road Runner Sports", nfkc("Road Runner Sports")),
        case("brand_mpn", "Naot | WH-4561-BK", None),
        case("trademark", "CN | 5135781 | 18", None),
        case("patent_cn", "ZL201010077134.5", None),
        case("patent_us", "US8003066B2", None),
        case(
            "listing_url",
            "https://www.amazon.com/Some-Name/dp/B0Q3P7ESX4/ref=sr_1?keywords=x",
            Some(url),
        ),
        case("batch_or_serial", "Naot | LOT | A12-3", None),
        case("consignment", "EMS | RB123456785CN", None),
    ]
}

/// Median microseconds of one call.
fn median(call: impl Fn()) -> f64 {
    let mut nanoseconds: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_nanos()
        })
        .collect();
    nanoseconds.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand nanoseconds")]
    let median = nanoseconds[ROUNDS / 2] as f64;
    median / 1e3
}

/// Resident memory of this process in KiB (Linux), 0 elsewhere.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1))
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0.0)
}

struct Row {
    metric: String,
    value: f64,
    unit: &'static str,
    baseline: Option<f64>,
}

fn row(metric: &str, value: f64, unit: &'static str, baseline: Option<f64>) -> Row {
    Row {
        metric: metric.to_owned(),
        value,
        unit,
        baseline,
    }
}

#[expect(clippy::print_stdout, reason = "the list is the output of the benchmark")]
fn print(rows: &[Row]) {
    let list: Vec<_> = rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "metric": row.metric, "value": row.value, "unit": row.unit,
                "baseline": row.baseline, "ratio": row.baseline.map(|baseline| row.value / baseline),
            })
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&list).unwrap_or_default());
}
