use lianfang_node::http::Door;
use lianfang_store::testing::Backend;

use super::rows;
use super::scene::Scene;

const ENCODINGS: [&str; 5] = ["gzip", "deflate", "br", "zstd", "gzip, gzip"];

/// What unpacks to a gigabyte is refused before a byte is unpacked. That no route is left out here is what the other
/// tests of the rows see to.
#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_415_on_every_route_that_takes_one_under_a_key_or_not() {
    let scene = Scene::new(Backend::Sqlite).await;
    for (door, least) in [(Door::Platform, 10), (Door::Operator, 6), (Door::Federation, 4)] {
        let rows = rows(&scene, door);
        let taking: Vec<_> = rows.iter().filter(|row| row.success.has_body()).collect();
        assert!(taking.len() >= least, "{door:?}: {}", taking.len());
        for row in taking {
            for encoding in ENCODINGS {
                let sent = row.success.clone().compressed(encoding, bomb());
                scene.answers_with_a_problem(row, &sent).await;
                let keyed = sent.header("idempotency-key", "bomb");
                scene.answers_with_a_problem(row, &keyed).await;
            }
        }
    }
}

/// A gzip member (RFC 1952) whose one stored block says nothing; what it would unpack to doesn't matter.
fn bomb() -> Vec<u8> {
    hex::decode("1f8b08000000000000ff010000ffff0000000000000000").unwrap()
}
