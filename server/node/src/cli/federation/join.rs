use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_certs::certificate;
use lianfang_encoding::FederationId;
use lianfang_flow::Trust;
use lianfang_wire::join::{Invitation, JoinRequest, Welcome};

use super::{Reached, adopt, deliver, read_document};
use crate::cli::node::NodeArgs;
use crate::cli::{Fault, Outcome, Terminal};
use crate::config::Config;
use crate::data::{DataFolder, read_text, write_text};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// The invitation: writes the request that the governor approves.
    #[arg(long, value_name = "FILE", required_unless_present = "welcome")]
    invitation: Option<PathBuf>,
    /// The welcome that the governor sent back: makes this node a member.
    #[arg(long, value_name = "FILE", conflicts_with = "invitation")]
    welcome: Option<PathBuf>,
    #[command(flatten)]
    reached: Reached,
    /// Where to write the request; standard output when absent.
    #[arg(long, value_name = "FILE", conflicts_with = "welcome")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Outcome {
    let (config, folder) = (args.node.config()?, args.node.folder());
    match (&args.invitation, &args.welcome) {
        (Some(file), _) => {
            let request = request(&read_document(file)?, &args.reached, &config, &folder)?;
            deliver(&request, args.out.as_deref(), terminal)?;
            terminal.note("request_written", &[]);
        }
        (None, Some(file)) => {
            let federation = take(&read_document(file)?, &config, &folder)?;
            terminal.note("joined", &[("federation", federation.to_string())]);
        }
        (None, None) => return Err(Fault::new("join_what")),
    }
    Ok(ExitCode::SUCCESS)
}

fn request(
    invitation: &Invitation,
    reached: &Reached,
    config: &Config,
    folder: &DataFolder,
) -> Result<JoinRequest, Fault> {
    if invitation.node != config.node.id {
        return Err(Fault::new("other_node").with("node", &invitation.node));
    }
    write_text(&folder.invited_to(), &invitation.federation.to_string())?;
    let endpoint = reached.endpoint(config)?;
    Ok(JoinRequest {
        federation: invitation.federation,
        node: config.node.id.clone(),
        code: invitation.code.clone(),
        csr: read_text(&folder.request())?,
        signing_key: folder.secrets()?.signing.public(),
        name: config.node.name().to_owned(),
        operator: config.node.operator().to_owned(),
        role: config.node.role,
        jurisdiction: config.node.jurisdiction.to_string(),
        hosts: reached.hosts(&endpoint),
        endpoint,
    })
}

/// Checks that the welcome is this node's, for its own key, into the federation it was invited to.
fn take(welcome: &Welcome, config: &Config, folder: &DataFolder) -> Result<FederationId, Fault> {
    let trust = Trust::load(welcome.memberships.iter().map(|envelope| envelope.to_json()))?;
    let federation = trust.federation();
    let invited: FederationId = read_text(&folder.invited_to())?
        .trim()
        .parse()
        .map_err(|_| Fault::new("not_invited"))?;
    if federation != invited {
        return Err(Fault::new("other_federation"));
    }
    let document = trust.current();
    let member = document
        .document
        .members
        .iter()
        .find(|member| member.id == config.node.id);
    let member = member.ok_or_else(|| Fault::new("other_node").with("node", &welcome.node))?;
    let der = certificate::der(&welcome.certificate).map_err(Fault::plain)?;
    let named = lianfang_certs::identity(&der).map_err(Fault::plain)?;
    let pin = lianfang_certs::spki_pin(&der).map_err(Fault::plain)?;
    let own = lianfang_certs::request_pin(&read_text(&folder.request())?).map_err(Fault::plain)?;
    if named != (federation, config.node.id.clone()) || pin != own || member.pin.0 != own {
        return Err(Fault::new("other_key"));
    }
    let store = crate::wiring::open_store(config)?;
    adopt(&store, &welcome.memberships)?;
    folder.keep_certificate(&welcome.certificate, &document.document.authorities)?;
    Ok(federation)
}
