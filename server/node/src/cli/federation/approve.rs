use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_wire::join::JoinRequest;
use lianfang_wire::vocabulary::MemberRole;

use super::{deliver, read_document};
use crate::cli::node::NodeArgs;
use crate::cli::{Fault, Outcome, Terminal};
use crate::config::Country;

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// The request of the node that wants to join.
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// Where to write the welcome; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Refuse a request for another role than this.
    #[arg(long, value_name = "ROLE")]
    role: Option<MemberRole>,
    /// Refuse a request for another country than this.
    #[arg(long, value_name = "COUNTRY")]
    jurisdiction: Option<Country>,
    /// Refuse a request of another organisation than this: two nodes of one count as one voice.
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let request: JoinRequest = read_document(&args.request)?;
    as_expected(&args, &request)?;
    let welcome = args.node.client()?.approve(&request).await?;
    deliver(&welcome, args.out.as_deref(), terminal)?;
    let said = [
        ("node", welcome.node.to_string()),
        ("role", request.role.to_string()),
        ("country", request.jurisdiction),
        ("operator", request.operator),
        ("endpoint", request.endpoint),
    ];
    terminal.note("approved", &said);
    Ok(ExitCode::SUCCESS)
}

/// Whoever wants to join has written the request.
fn as_expected(args: &Args, request: &JoinRequest) -> Result<(), Fault> {
    let expected = [
        (
            "role",
            args.role.map(|role| role.to_string()),
            request.role.to_string(),
        ),
        (
            "jurisdiction",
            args.jurisdiction.as_ref().map(Country::to_string),
            request.jurisdiction.clone(),
        ),
        ("operator", args.operator.clone(), request.operator.clone()),
    ];
    for (field, expected, said) in expected {
        if let Some(expected) = expected.filter(|expected| *expected != said) {
            return Err(Fault::new("request_differs")
                .with("field", field)
                .with("said", said)
                .with("expected", expected));
        }
    }
    Ok(())
}
