use std::ffi::OsString;
use std::str::FromStr;

/// A language that the command speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    En,
    Zh,
}

/// Not a language that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("en or zh")]
pub struct UnknownLang;

impl Lang {
    /// `--lang` if it is given, else what the environment says. Needed before the arguments are parsed, so that
    /// the help is in the right language too.
    pub fn of_process(args: impl Iterator<Item = OsString>) -> Self {
        let args: Vec<String> = args.filter_map(|arg| arg.into_string().ok()).collect();
        of_args(&args).unwrap_or_else(|| {
            let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
            set.map_or(Self::En, |value| Self::of_locale(&value))
        })
    }

    fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("zh") {
            Self::Zh
        } else {
            Self::En
        }
    }
}

fn of_args(args: &[String]) -> Option<Lang> {
    let joined = args.iter().find_map(|arg| arg.strip_prefix("--lang="));
    let apart = args
        .iter()
        .position(|arg| arg == "--lang")
        .and_then(|at| args.get(at + 1))
        .map(String::as_str);
    joined.or(apart)?.parse().ok()
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        let text = text.to_ascii_lowercase();
        match text.get(..2) {
            Some("zh") => Ok(Self::Zh),
            Some("en") => Ok(Self::En),
            _ => Err(UnknownLang),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_option_is_found_in_both_spellings() {
        assert_eq!(of_args(&args("lianfang peers --lang zh")), Some(Lang::Zh));
        assert_eq!(of_args(&args("lianfang --lang=en peers")), Some(Lang::En));
        assert_eq!(of_args(&args("lianfang peers")), None);
    }

    #[test]
    fn chinese_locales_mean_chinese() {
        assert_eq!(Lang::of_locale("zh_CN.UTF-8"), Lang::Zh);
        assert_eq!(Lang::of_locale("zh_TW"), Lang::Zh);
        assert_eq!(Lang::of_locale("de_DE.UTF-8"), Lang::En);
        assert_eq!(Lang::of_locale("C"), Lang::En);
    }
}
