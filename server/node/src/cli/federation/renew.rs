use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_certs::certificate;
use lianfang_wire::membership::Hash32;
use lianfang_wire::renewal::{Renewal, RenewalRequest, Renewed};

use super::{Reached, deliver, read_document};
use crate::cli::node::NodeArgs;
use crate::cli::{Fault, Outcome, Terminal};
use crate::config::Config;
use crate::data::{DataFolder, read_text};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// What the governor sent back: puts the new key and its certificate in place.
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    reached: Reached,
    /// Where to write the request; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Outcome {
    let (config, folder) = (args.node.config()?, args.node.folder());
    if let Some(file) = &args.certificate {
        take(&read_document(file)?, &config, &folder)?;
        terminal.note("renewed", &[]);
    } else {
        let request = request(&args.reached, &config, &folder)?;
        deliver(&request, args.out.as_deref(), terminal)?;
        terminal.note("renewal_asked", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

fn request(reached: &Reached, config: &Config, folder: &DataFolder) -> Result<RenewalRequest, Fault> {
    let shown = read_text(&config.tls.federation.certificate)?;
    let der = certificate::der(&shown).map_err(Fault::plain)?;
    let (fed, node) = lianfang_certs::identity(&der).map_err(Fault::plain)?;
    let hosts = if reached.is_silent() {
        certificate::hosts(&der).map_err(Fault::plain)?
    } else {
        reached.hosts(&reached.endpoint(config)?)
    };
    let renewal = Renewal {
        iss: node.clone(),
        fed,
        replaces: Hash32(lianfang_certs::spki_pin(&der).map_err(Fault::plain)?),
        csr: folder.request_next(&node, &hosts)?,
        hosts,
    };
    let request = renewal.sign(&folder.secrets()?.signing).map_err(Fault::plain)?;
    Ok(RenewalRequest { node, request })
}

fn take(renewed: &Renewed, config: &Config, folder: &DataFolder) -> Result<(), Fault> {
    let der = certificate::der(&renewed.certificate).map_err(Fault::plain)?;
    let (_, node) = lianfang_certs::identity(&der).map_err(Fault::plain)?;
    if node != config.node.id {
        return Err(Fault::new("other_node").with("node", &node));
    }
    let pin = lianfang_certs::spki_pin(&der).map_err(Fault::plain)?;
    if folder.take_next(&config.tls.federation, pin, &renewed.certificate)? {
        Ok(())
    } else {
        Err(Fault::new("other_key"))
    }
}
