use super::host;
use super::platform::Use;

/// The parameters that are not there for tracking, sorted.
pub(super) fn kept(query: &str, wanted: Use) -> String {
    let mut pairs: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_tracking(pair, wanted))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
        .iter()
        .map(|pair| host::decode(pair))
        .collect::<Vec<_>>()
        .join("&")
}

/// Named by whoever counts visits, for nothing else.
const TRACKING: &[&str] = &[
    "spm",
    "scm",
    "gclid",
    "fbclid",
    "msclkid",
    "yclid",
    "dclid",
    "gbraid",
    "wbraid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "ref_src",
    "_ga",
    "_gl",
    "srsltid",
    "pvid",
    "abbucket",
    "phpsessid",
    "jsessionid",
    "ttclid",
    "twclid",
];

/// Beside an offer they say where the visitor comes from. In front of a shop they may be all that names it.
const BESIDE_OFFERS: &[&str] = &[
    "ref",
    "ref_",
    "share_id",
    "from",
    "source",
    "src",
    "campaign",
    "affiliate",
    "aff",
    "aff_id",
    "af_id",
    "scene",
    "trackid",
    "tracking",
    "timestamp",
    "_t",
];

fn is_tracking(pair: &str, wanted: Use) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "sid" | "sessionid" => is_session(value),
        name => {
            ["utm_", "pk_", "hsa_"]
                .iter()
                .any(|start| name.starts_with(start))
                || TRACKING.contains(&name)
                || wanted == Use::Item && BESIDE_OFFERS.contains(&name)
        }
    }
}

/// Drawn at random for one visit. A shorter one may number a shop.
fn is_session(value: &str) -> bool {
    value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_name_a_shop_stays() {
        for (query, shop, item) in [
            ("sID=1001", "sID=1001", "sID=1001"),
            ("sessionid=1001&a=1", "a=1&sessionid=1001", "a=1&sessionid=1001"),
            ("sid=0f1e2d3c4b5a69788796a5b4c3d2e1f0&a=1", "a=1", "a=1"),
            ("utm_source=x&GCLID=y&a=1&spm=z&PHPSESSID=q", "a=1", "a=1"),
            ("track=7&si=8&ns=9", "ns=9&si=8&track=7", "ns=9&si=8&track=7"),
            ("source=7&from=8&a=1", "a=1&from=8&source=7", "a=1"),
        ] {
            assert_eq!(kept(query, Use::Shop), shop, "{query}");
            assert_eq!(kept(query, Use::Item), item, "{query}");
        }
    }
}
