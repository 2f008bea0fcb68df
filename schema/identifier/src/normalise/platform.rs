use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::host::{self, Address};
use super::template;
use crate::text::charmap::rows;

pub(crate) const TABLE: &str = include_str!("../../data/platforms.tsv");

static PLATFORMS: LazyLock<Platforms> = LazyLock::new(Platforms::read);

/// What an address is looked up for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Item,
    Shop,
}

/// An item or shop on a known platform.
pub(super) struct Place {
    pub platform: &'static str,
    pub id: String,
}

/// What a known platform says of an address.
pub(super) enum Lookup {
    Place(Place),
    /// The host is a platform's, but the address names nothing on it.
    Nothing,
    /// No known platform.
    Unknown,
}

struct Row {
    wanted: Use,
    /// Many sellers offer the item at one address.
    shared: bool,
    platform: &'static str,
    rules: Vec<&'static str>,
}

/// Rows by host name, and by parent domain for hosts with a wildcard or the identity in front.
struct Platforms {
    rows: Vec<Row>,
    exact: HashMap<&'static str, Vec<usize>>,
    below: HashMap<&'static str, Vec<(&'static str, usize)>>,
    /// Words that name no shop and no item anywhere.
    own: HashSet<&'static str>,
    /// Words that name none where a platform's own pages stand beside shops.
    front: HashSet<&'static str>,
}

impl Platforms {
    fn read() -> Self {
        let mut platforms = Self {
            rows: Vec::new(),
            exact: HashMap::new(),
            below: HashMap::new(),
            own: HashSet::new(),
            front: HashSet::new(),
        };
        for line in rows(TABLE) {
            if let Some(words) = line.strip_prefix("own\t") {
                platforms.own.extend(words.split(' '));
                continue;
            }
            if let Some(words) = line.strip_prefix("front\t") {
                platforms.front.extend(words.split(' '));
                continue;
            }
            let mut columns = line.split('\t');
            let (Some(wanted), Some(platform), Some(hosts), Some(rules)) =
                (columns.next(), columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let row = platforms.rows.len();
            for host in hosts.split(',') {
                match host.split_once('.') {
                    Some((front, parent)) if front.contains(['*', '{']) => {
                        platforms.below.entry(parent).or_default().push((front, row));
                    }
                    _ => platforms.exact.entry(host).or_default().push(row),
                }
            }
            let shared = wanted == "page";
            platforms.rows.push(Row {
                wanted: if wanted == "shop" { Use::Shop } else { Use::Item },
                shared,
                platform,
                rules: rules.split(' ').collect(),
            });
        }
        platforms
    }
}

/// Looks an address up among the known platforms. `host` is its A-label.
pub(super) fn find(wanted: Use, host: &str, address: &Address<'_>) -> Lookup {
    let path = clean_path(&address.path);
    let exact = PLATFORMS.exact.get(host);
    let hits = exact
        .into_iter()
        .flatten()
        .filter_map(|&row| PLATFORMS.rows.get(row));
    for row in hits.filter(|row| row.wanted == wanted) {
        if let Some(id) = row
            .rules
            .iter()
            .find_map(|rule| read(rule, &path, &address.query))
        {
            return Lookup::Place(Place {
                platform: row.platform,
                id,
            });
        }
    }
    match (below(wanted, host, &path, &address.query), exact) {
        (Lookup::Unknown, Some(_)) => Lookup::Nothing,
        (found, _) => found,
    }
}

/// The name of a platform in the table.
pub(super) fn is_platform(name: &str) -> bool {
    name == "taobao+tmall" || PLATFORMS.rows.iter().any(|row| row.platform == name)
}

/// The platform's items are pages of a catalogue: each names the genuine item, and many sellers offer it there.
pub(super) fn is_catalogue(name: &str) -> bool {
    let mut rows = PLATFORMS.rows.iter();
    rows.any(|row| row.shared && row.platform == name)
}

/// Hosts below a platform's domain: `name.taobao.com`, `es.aliexpress.com`.
fn below(wanted: Use, host: &str, path: &str, query: &str) -> Lookup {
    let mut known = false;
    for (at, _) in host.match_indices('.') {
        let (front, parent) = (
            host.get(..at).unwrap_or_default(),
            host.get(at + 1..).unwrap_or_default(),
        );
        for &(pattern, row) in PLATFORMS.below.get(parent).into_iter().flatten() {
            known = true;
            let Some(row) = PLATFORMS.rows.get(row).filter(|row| row.wanted == wanted) else {
                continue;
            };
            let id = if pattern == "*" {
                row.rules.iter().find_map(|rule| read(rule, path, query))
            } else if PLATFORMS.exact.contains_key(host) {
                None
            } else {
                owner(pattern, front)
            };
            if let Some(id) = id {
                return Lookup::Place(Place {
                    platform: row.platform,
                    id,
                });
            }
        }
    }
    if known { Lookup::Nothing } else { Lookup::Unknown }
}

/// The seller's own label of a host name. Where every label is somebody's, a word is a name like any other.
fn owner(pattern: &str, front: &str) -> Option<String> {
    let is_own = if pattern == "{t}" {
        front == "www"
    } else {
        is_service(front, true)
    };
    if front.contains('.') || is_own {
        return None;
    }
    template::read(pattern, front)
}

/// Host labels and path words that platforms use for themselves; more of them in `front`, where nothing says that a name
/// follows.
fn is_service(word: &str, front: bool) -> bool {
    let word = word.to_ascii_lowercase();
    PLATFORMS.own.contains(word.as_str()) || front && PLATFORMS.front.contains(word.as_str())
}

fn read(rule: &str, path: &str, query: &str) -> Option<String> {
    let (path_rule, query_rule) = rule.split_once('?').unwrap_or((rule, ""));
    let from_path = match path_rule {
        "" => String::new(),
        _ => template::read(path_rule, path)?,
    };
    let id = match query_rule {
        "" | "**" => from_path,
        _ => template::read_query(query_rule, query)?,
    };
    // A template that captures a name must not take the platform's own pages for it.
    let names = rule.contains("{l}") || rule.contains("{f}");
    let front = rule.starts_with("/{");
    let is_own = |word| is_service(word, front);
    let service = names && (id.split('.').next().is_some_and(is_own) || is_script(path));
    (!id.is_empty() && !service).then_some(id)
}

/// `/login.php`: a page of the platform itself, whose parameters say what it shows.
fn is_script(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    first.is_some_and(|page| page.to_ascii_lowercase().ends_with(".php"))
}

/// Percent-decoded path without doubled, leading-dot and trailing slashes.
pub(super) fn clean_path(path: &str) -> String {
    let path = host::decode(path);
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let mut clean = String::with_capacity(path.len());
    for segment in segments {
        clean.push('/');
        clean.push_str(segment);
    }
    clean
}

/// The address inside a redirector's, if it is one.
pub(super) fn redirected<'a>(host: &str, address: &Address<'_>) -> Option<Cow<'a, str>> {
    const KEYS: &[&str] = &[
        "url",
        "u",
        "q",
        "target",
        "dl_target_url",
        "redirect",
        "redirect_url",
        "redirectURL",
        "to",
        "mu",
        "mpre",
        "murl",
        "returnUrl",
        "goto",
        "adurl",
    ];
    let path = address.path.to_ascii_lowercase();
    let wraps = matches!(
        host,
        "l.facebook.com"
            | "lm.facebook.com"
            | "l.instagram.com"
            | "link.zhihu.com"
            | "c.pc.qq.com"
            | "out.reddit.com"
            | "t.umblr.com"
            | "s.click.aliexpress.com"
            | "rover.ebay.com"
            | "login.taobao.com"
            | "login.tmall.com"
            | "passport.jd.com"
            | "click.linksynergy.com"
            | "weibo.cn"
            | "googleadservices.com"
            | "www.googleadservices.com"
            | "pages.ebay.com"
            | "link.juejin.cn"
            | "gate.sc"
            | "login.m.taobao.com"
    ) || (host.contains("google.") && path.ends_with("/url"))
        || (host.contains("youtube.") && path.ends_with("/redirect"))
        || (host.contains("amazon.") && (path.contains("/slredirect") || path.contains("/sspa/click")))
        || (host.contains("aliexpress.") && path.contains("deep_link"));
    if !wraps {
        return None;
    }
    let value = KEYS
        .iter()
        .find_map(|key| template::parameter(key, &address.query))?;
    if value.starts_with('/') && !value.starts_with("//") {
        return Some(Cow::Owned(format!("https://{host}{value}")));
    }
    value.contains('.').then_some(Cow::Owned(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_well_formed() {
        assert!(PLATFORMS.rows.len() > 100);
        for row in &PLATFORMS.rows {
            for rule in &row.rules {
                assert!(rule.starts_with(['/', '?']), "{} {rule}", row.platform);
                assert!(template::is_well_formed(rule), "{} {rule}", row.platform);
            }
        }
    }
}
