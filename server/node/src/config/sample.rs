use lianfang_encoding::NodeId;
use lianfang_wire::vocabulary::MemberRole;

use super::Country;

const TEMPLATE: &str = include_str!("sample.toml");

/// The configuration that `lianfang init` writes: what has to be said, and every default as a comment.
pub fn sample(id: &NodeId, role: MemberRole, jurisdiction: &Country) -> String {
    TEMPLATE
        .replace("{id}", id.as_str())
        .replace("{role}", role.as_str())
        .replace("{regulator}", &(role == MemberRole::Regulator).to_string())
        .replace("{jurisdiction}", jurisdiction.as_str())
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    use super::super::Config;
    use super::*;

    fn written() -> String {
        sample(
            &"platform-a".parse().unwrap(),
            MemberRole::Platform,
            &"CN".parse().unwrap(),
        )
    }

    fn load(text: &str) -> Config {
        Config::extract(Figment::new().merge(Toml::string(text))).unwrap()
    }

    #[test]
    fn the_sample_is_valid_and_every_commented_line_states_the_default() {
        let bare = load(&written());
        let lines = written();
        let spoken: Vec<_> = lines
            .lines()
            .map(|line| {
                line.strip_prefix("#")
                    .filter(|rest| !rest.starts_with(' '))
                    .unwrap_or(line)
            })
            .collect();
        assert_ne!(spoken.join("\n"), written(), "the sample has commented defaults");
        assert_eq!(load(&spoken.join("\n")), bare);
    }
}
