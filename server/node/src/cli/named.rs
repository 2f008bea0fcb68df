//! Every command that documents, advice and messages name exists, with the options they give it.

use clap::CommandFactory as _;

use super::Cli;

const TEXTS: [(&str, &str); 6] = [
    ("README.md", include_str!("../../../../README.md")),
    ("operations.md", include_str!("../../../../docs/operations.md")),
    ("runbook.md", include_str!("../../../../docs/runbook.md")),
    ("imports.md", include_str!("../../../../docs/imports.md")),
    ("en.toml", include_str!("messages/en.toml")),
    ("zh.toml", include_str!("messages/zh.toml")),
];

/// What is written as code: each span between back-ticks, and each line of a block.
fn code(text: &str) -> impl Iterator<Item = String> {
    let spans = text.split('`').skip(1).step_by(2);
    spans.flat_map(|span| match span.split_once('\n') {
        Some(("sh" | "toml" | "yaml" | "json" | "", block)) => block.lines().map(str::to_owned).collect(),
        _ => vec![span.split_whitespace().collect::<Vec<_>>().join(" ")],
    })
}

/// Why `line` can't be typed, if it is a command of ours.
fn wrong(line: &str) -> Option<String> {
    let line = line.split(" #").next()?.trim();
    let mut words = line.strip_prefix("lianfang ")?.split_whitespace().peekable();
    let mut command = Cli::command();
    command.build();
    while let Some(word) = words.next_if(|word| !word.starts_with('-')) {
        match command.find_subcommand(word) {
            Some(sub) => command = sub.clone(),
            None if command.is_subcommand_required_set() => return Some(format!("no {word}")),
            None => {}
        }
    }
    words
        .filter_map(|word| word.strip_prefix("--"))
        .find(|name| command.get_arguments().all(|arg| arg.get_long() != Some(*name)))
        .map(|name| format!("no --{name}"))
}

#[test]
fn every_command_that_is_named_somewhere_exists() {
    let mut seen = 0;
    let mut missing = Vec::new();
    for (file, text) in TEXTS {
        for line in code(text).filter(|line| line.starts_with("lianfang ")) {
            seen += 1;
            missing.extend(wrong(&line).map(|why| format!("{file}: {line}: {why}")));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(seen > 60, "{seen}");
}

#[test]
fn what_does_not_exist_is_found() {
    for line in [
        "lianfang federation",
        "lianfang peers release ID --reason …",
        "lianfang-certs crl",
    ] {
        assert_eq!(wrong(line), None, "{line}");
    }
    assert_eq!(wrong("lianfang federation prolong").unwrap(), "no prolong");
    assert_eq!(
        wrong("lianfang federation crl sign --out FILE").unwrap(),
        "no sign"
    );
    assert_eq!(
        wrong("lianfang federation extend --years 1").unwrap(),
        "no --years"
    );
}
