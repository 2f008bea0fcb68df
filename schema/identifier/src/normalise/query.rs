use super::host;

/// The parameters that are not there for tracking, sorted.
pub(super) fn kept(query: &str) -> String {
    let mut pairs: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_tracking(pair.split('=').next().unwrap_or_default()))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
        .iter()
        .map(|pair| host::decode(pair))
        .collect::<Vec<_>>()
        .join("&")
}

fn is_tracking(name: &str) -> bool {
    const NAMES: &[&str] = &[
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
        "ref",
        "ref_",
        "ref_src",
        "_ga",
        "_gl",
        "srsltid",
        "si",
        "share_id",
        "from",
        "source",
        "src",
        "campaign",
        "affiliate",
        "aff",
        "aff_id",
        "af_id",
        "pvid",
        "scene",
        "ns",
        "abbucket",
        "trackid",
        "track",
        "tracking",
        "sessionid",
        "sid",
        "phpsessid",
        "jsessionid",
        "timestamp",
        "_t",
        "ttclid",
        "twclid",
    ];
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_")
        || name.starts_with("pk_")
        || name.starts_with("hsa_")
        || NAMES.contains(&name.as_str())
}
