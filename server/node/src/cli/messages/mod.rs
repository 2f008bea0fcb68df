//! What the command says, in English and Chinese: one catalogue per language with the same keys.

mod lang;
mod localise;

use std::collections::BTreeMap;

use lianfang_wire::Problem;

pub use lang::Lang;
#[cfg(test)]
pub(super) use localise::name_of;

const ENGLISH: &str = include_str!("en.toml");
const CHINESE: &str = include_str!("zh.toml");

/// The catalogue of one language.
pub struct Messages {
    lang: Lang,
    texts: BTreeMap<String, String>,
}

impl Messages {
    /// The catalogue of `lang`.
    pub fn of(lang: Lang) -> Self {
        let text = match lang {
            Lang::En => ENGLISH,
            Lang::Zh => CHINESE,
        };
        Self {
            lang,
            texts: parse(text),
        }
    }

    /// Which language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The sentence under `key` with its blanks filled in. A key that is missing says itself.
    pub fn say(&self, key: &str, with: &[(&'static str, String)]) -> String {
        let Some(text) = self.texts.get(key) else {
            return key.to_owned();
        };
        with.iter().fold(text.clone(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// The title of a problem; one that isn't known keeps its own.
    pub fn problem(&self, problem: &Problem) -> String {
        let slug = problem.kind().map(|kind| format!("problem.{}", kind.slug()));
        slug.and_then(|key| self.texts.get(&key))
            .unwrap_or(&problem.title)
            .clone()
    }

    /// What a command does, or an argument of it, where the catalogue says so: `entry.import`, `entry.import.strict`.
    pub fn help(&self, path: &str) -> Option<&str> {
        self.texts.get(&format!("help.{path}")).map(String::as_str)
    }

    /// What of the command line is described.
    #[cfg(test)]
    pub fn described(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().filter_map(|key| key.strip_prefix("help."))
    }
}

/// `[section]` and `key = "text"` become `section.key`.
fn parse(text: &str) -> BTreeMap<String, String> {
    let sections: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(text).unwrap_or_default();
    sections
        .into_iter()
        .flat_map(|(section, texts)| {
            texts
                .into_iter()
                .map(move |(key, text)| (format!("{section}.{key}"), text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lianfang_wire::ProblemType;

    use super::*;

    fn blanks(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_and_blanks() {
        let (en, zh) = (parse(ENGLISH), parse(CHINESE));
        assert!(en.len() > 30);
        let keys = |texts: &BTreeMap<String, String>| {
            texts
                .keys()
                // What the command line and problems say by themselves in English.
                .filter(|key| {
                    !["help.", "problem.", "usage."]
                        .iter()
                        .any(|own| key.starts_with(own))
                })
                .cloned()
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(keys(&en), keys(&zh));
        for key in keys(&en) {
            assert_eq!(blanks(&en[&key]), blanks(&zh[&key]), "{key}");
        }
    }

    #[test]
    fn every_problem_has_a_chinese_title() {
        let zh = parse(CHINESE);
        for kind in ProblemType::ALL {
            assert!(
                zh.contains_key(&format!("problem.{}", kind.slug())),
                "{}",
                kind.slug()
            );
        }
    }

    #[test]
    fn blanks_are_filled() {
        let text = Messages::of(Lang::En).say("fault.unreachable", &[("reason", "no route".to_owned())]);
        assert!(text.contains("no route") && !text.contains('{'), "{text}");
    }
}
