use actix_web::web::{self, ServiceConfig};
use lianfang_node::config::Limits;
use lianfang_node::http::Binary;

use crate::harness::door::open;
use crate::harness::federation::Federation;

fn length(config: &mut ServiceConfig) {
    config.route(
        "/length",
        web::post().to(async |body: Binary| body.0.len().to_string()),
    );
}

const LIMIT: usize = 100_000;

fn body(length: usize, announced: bool) -> reqwest::Body {
    if announced {
        return vec![0u8; length].into();
    }
    let pieces = (0..length.div_ceil(10_000)).map(|_| Ok::<_, std::io::Error>(vec![0u8; 10_000]));
    reqwest::Body::wrap_stream(futures_util::stream::iter(pieces))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_413_on_both_versions_of_http_announced_or_not() {
    let federation = Federation::new("one");
    let limits = Limits {
        body_bytes: LIMIT,
        ..Limits::default()
    };
    let door = open(&federation, limits, length);
    let papers = federation.join("b");
    for http2 in [false, true] {
        for announced in [true, false] {
            let client = federation.client(Some(&papers), http2);
            let send = async |size: usize| {
                let request = client
                    .post(door.url("/length"))
                    .header("content-type", "application/octet-stream")
                    .body(body(size, announced));
                request.send().await
            };
            let fits = send(LIMIT).await.unwrap();
            assert_eq!(fits.text().await.unwrap(), LIMIT.to_string());
            let refused = send(20 * LIMIT).await.unwrap();
            assert_eq!(refused.status(), 413, "HTTP/2 {http2}, announced {announced}");
            assert_eq!(refused.headers()["content-type"], "application/problem+json");
        }
    }
}
