//! Whatever ends is told of before it does, each by its own name, and not too early: in the node's log and by the alarms that are
//! shipped for Prometheus.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lianfang_encoding::Timestamp;

use crate::harness::authority::{list, renewed};
use crate::harness::federation::{now, past};
use crate::harness::node::TestNode;
use crate::harness::process::Process;
use crate::watching::alarms;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// What ends, and how it is made to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Federation,
    Platform,
    List,
    Membership,
}

impl Ending {
    const ALL: [Self; 4] = [Self::Federation, Self::Platform, Self::List, Self::Membership];

    /// In the log.
    fn name(self) -> &'static str {
        match self {
            Self::Federation => "federation certificate",
            Self::Platform => "platform certificate",
            Self::List => "revocation list",
            Self::Membership => "membership",
        }
    }

    /// Its alarm and the series that this asks for.
    fn alarm(self) -> (&'static str, &'static str) {
        match self {
            Self::Federation => (
                "LianfangCertificateEnding",
                r#"lianfang_certificate_expiry_seconds{certificate="federation"}"#,
            ),
            Self::Platform => (
                "LianfangCertificateEnding",
                r#"lianfang_certificate_expiry_seconds{certificate="platform"}"#,
            ),
            Self::List => (
                "LianfangRevocationListEnding",
                "lianfang_revocation_list_expiry_seconds",
            ),
            Self::Membership => ("LianfangMembershipEnding", "lianfang_membership_expiry_seconds"),
        }
    }

    /// How long before the end the log warns, unless the configuration says otherwise.
    fn warning(self) -> Duration {
        match self {
            Self::List => 72 * HOUR,
            _ => 30 * DAY,
        }
    }

    /// Lets it end after `left`, in the data folder of a federation whose document lasts until `document`.
    fn put(self, data: &Path, document: Timestamp, left: Duration) {
        let certificate = || renewed(data, None, past(HOUR), left + HOUR);
        let (file, text) = match self {
            Self::Federation => ("tls/node.pem", certificate()),
            Self::Platform => ("tls/platform.pem", certificate()),
            Self::List => ("tls/authority.crl", list(data, &[], past(HOUR), left + HOUR)),
            Self::Membership => ("clock", before(document, left).to_string()),
        };
        fs::write(data.join(file), text).unwrap();
    }
}

fn before(end: Timestamp, left: Duration) -> Timestamp {
    Timestamp::default() + (end.since(Timestamp::default()) - left)
}

/// Everything that can end is there, and the node looks at it only when it is told to.
fn with_everything(text: String) -> String {
    let own = "[tls.platform]\ncertificate = \"tls/platform.pem\"\nkey = \"keys/tls.pem\"\n\n[screening]";
    text.replace("# revocations = ", "revocations = ")
        .replace("#check_seconds = 60", "check_seconds = 86400")
        .replace("[screening]", own)
        .replace(
            "source = \"system\"",
            "source = \"shared-file\"\npath = \"clock\"",
        )
}

/// A founded document lasts a year.
fn document() -> Timestamp {
    now() + 365 * DAY
}

/// All of it lasts an hour longer than its warning.
fn nothing_ends_soon(data: &Path) {
    for ending in Ending::ALL {
        ending.put(data, document(), ending.warning() + HOUR);
    }
}

/// What the log has warned of, in order.
fn told(node: &Process) -> Vec<&str> {
    let warned = node.seen().iter().filter_map(|line| {
        let is_warning = ["it ends soon", "it has ended"].contains(&line["message"].as_str()?);
        is_warning.then(|| line["expiry.of"].as_str().unwrap())
    });
    warned.collect()
}

/// Has the node look, and waits until it has looked at everything: a look begins when the one before it has ended. The
/// certificate that it finds lasts for `left`.
async fn looked(node: &mut Process, left: Duration) {
    for _ in 0..2 {
        Ending::Federation.put(node.data(), document(), left);
        node.hang_up();
        while node.logs("a new file is in force").await["renewal.file"] != "federation" {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_warns_of_each_thing_once_before_it_ends_and_not_earlier() {
    let mut node = Process::serve_prepared(with_everything, nothing_ends_soon).await;
    let (document, certificate) = (document(), Ending::Federation.warning());
    looked(&mut node, certificate + HOUR).await;
    assert!(told(&node).is_empty(), "{:?}", told(&node));
    let names = Ending::ALL.map(Ending::name);
    for (place, ending) in (1..).zip(Ending::ALL) {
        ending.put(node.data(), document, ending.warning() - HOUR);
        looked(&mut node, certificate - HOUR).await;
        assert_eq!(told(&node), names[..place]);
    }
}

/// `lianfang_… < 14 * 86400`, in seconds.
fn threshold(alarm: &str, series: &str) -> Duration {
    let rules = alarms();
    let rule = rules.iter().find(|rule| rule["alert"] == alarm).unwrap();
    let (asked, bound) = rule["expr"].as_str().unwrap().split_once(" < ").unwrap();
    assert_eq!(series.split('{').next(), Some(asked), "{alarm}");
    Duration::from_secs(
        bound
            .split(" * ")
            .map(|part| part.parse::<u64>().unwrap())
            .product(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_alarms_go_off_before_each_thing_ends_and_not_earlier() {
    let node = TestNode::start_prepared(with_everything, nothing_ends_soon).await;
    let document = node.node().trust().current().document.expires;
    for ending in Ending::ALL {
        let (alarm, series) = ending.alarm();
        let bound = threshold(alarm, series);
        for (left, expected) in [(bound + HOUR, false), (bound - HOUR, true)] {
            ending.put(node.data(), document, left);
            node.doors.upkeep().look().await;
            let figures = node.metrics().await;
            let shown = figures
                .lines()
                .find_map(|line| line.strip_prefix(series))
                .unwrap();
            let shown: f64 = shown.trim().parse().unwrap();
            assert!(shown > 0.0, "{ending:?}: it hasn't ended yet");
            assert_eq!(shown < bound.as_secs_f64(), expected, "{ending:?}: {shown}");
        }
    }
}
