use std::io::Read as _;
use std::process::ExitCode;

use lianfang_encoding::SubjectType;
use lianfang_identifier::InputKind;
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::screening::NewScreening;
use lianfang_wire::vocabulary::Role;

use super::Args;
use super::verdict::{Verdict, sentence};
use crate::cli::{Fault, Outcome, Terminal};

/// Longer than any identifier.
const LIMIT: u64 = 64 * 1024;

pub(super) async fn run(args: &Args, kind: InputKind, terminal: &Terminal) -> Outcome {
    let asked = NewScreening {
        purpose: args.purpose,
        client_reference: None,
        subject: Subject {
            kind: SubjectType::Seller,
            natural_person: false,
            identifiers: vec![Identifier {
                kind: kind.to_string(),
                value: value()?,
                region: args.reading.region.map(String::from),
                role: Role::Own,
                verified: !args.unverified,
                observed_at: None,
            }],
        },
        on_unavailable: args.on_unavailable(),
    };
    let answer = args.node.client()?.screen(&asked).await?;
    terminal.json(&answer);
    terminal.note("screened", &[("verdict", sentence(&answer, terminal))]);
    Ok(ExitCode::from(Verdict::of(&answer).exit_code()))
}

fn value() -> Result<String, Fault> {
    let mut text = String::new();
    std::io::stdin()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(Fault::plain)?;
    let value = text.trim_end_matches(['\n', '\r']).to_owned();
    if value.is_empty() {
        Err(Fault::new("no_value"))
    } else {
        Ok(value)
    }
}
