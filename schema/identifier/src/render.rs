use std::fmt::Write;

use crate::{DENY_LISTS_VERSION, KindInfo, Language, kinds, reserved_tests, rules};

/// The table of kinds as text, for `lianfang identifier kinds`: what each is, what a match may do, its rules, and the
/// reserved test identifiers.
pub fn kinds_text(language: Language) -> String {
    let mut text = String::new();
    let heading = match language {
        Language::English => [
            "no",
            "kind",
            "class",
            "strength",
            "match may",
            "personal",
            "level",
            "bits",
            "rules",
            "canonical form",
        ],
        Language::Chinese => [
            "编号",
            "类型",
            "类别",
            "强度",
            "命中后果",
            "个人信息",
            "级别",
            "空间",
            "规则",
            "规范形式",
        ],
    };
    row(&mut text, heading.map(str::to_owned));
    for kind in kinds() {
        row(&mut text, columns(kind));
    }
    text.push('\n');
    text.push_str(match language {
        Language::English => "Reserved test identifiers, the same on every node:\n",
        Language::Chinese => "保留的测试标识，所有节点相同：\n",
    });
    for kind in kinds() {
        for (outcome, value) in reserved_tests(kind.kind) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {:<16}{:<14}{value}", kind.kind.name(), outcome.name());
        }
    }
    let _ = writeln!(
        text,
        "\ndeny-lists v{DENY_LISTS_VERSION} {}",
        short(&crate::deny_lists_digest())
    );
    text
}

fn columns(kind: &KindInfo) -> [String; 10] {
    let levels: Vec<_> = kind.levels.iter().map(|level| level.name()).collect();
    let form = match kind.presets {
        "" => kind.form.to_owned(),
        presets => format!("{} (also {presets})", kind.form),
    };
    [
        kind.kind.number().to_string(),
        kind.kind.name().to_owned(),
        kind.class.to_string(),
        kind.strength.name().to_owned(),
        kind.effect().name().to_owned(),
        if kind.personal { "yes" } else { "no" }.to_owned(),
        levels.join("+"),
        format!("2^{}", kind.space_bits),
        format!("v{} {}", kind.norm_version, short(&rules(kind.kind).rules_digest)),
        form,
    ]
}

fn row(
    text: &mut String,
    [
        number,
        kind,
        class,
        strength,
        effect,
        personal,
        levels,
        bits,
        rules,
        form,
    ]: [String; 10],
) {
    let _ = writeln!(
        text,
        "{number:>3} {kind:<16} {class:<13} {strength:<8} {effect:<12} {personal:<9} {levels:<14} {bits:<5} {rules:<12} {form}"
    );
}

fn short(digest: &[u8; 32]) -> String {
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_kinds_and_test_identifiers() {
        let text = kinds_text(Language::English);
        for part in [
            "  1 cn_uscc",
            "corroborate",
            "Reserved test identifiers",
            "unavailable@lianfang.test",
            "deny-lists v1",
        ] {
            assert!(text.contains(part), "{part}");
        }
        assert!(kinds_text(Language::Chinese).contains("保留的测试标识"));
    }
}
