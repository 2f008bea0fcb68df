use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lianfang_certs::{CertError, NodeKey, keyfile};
use zeroize::Zeroizing;

use crate::cli::node::NodeArgs;
use crate::cli::{Fault, Outcome, Terminal};
use crate::data::read_text;

const END: &str = "-----END CERTIFICATE-----";

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// File with the password on its first line, readable by its owner only.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    /// Where to write the archive; nothing is overwritten.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Outcome {
    let (config, folder) = (args.node.config()?, args.node.folder());
    let pair = &config.tls.federation;
    let key = NodeKey::from_pem(&secret(&pair.key)?).map_err(|error| of_file(&pair.key, &error))?;
    let certificate = read_text(&pair.certificate)?;
    let password = secret(&args.password_file)?;
    let password = password.lines().next().unwrap_or_default();
    let authorities = read_text(&folder.authority())?;
    // Of several authorities one has issued the certificate.
    let archive = authorities
        .split_inclusive(END)
        .filter(|part| part.contains("-----BEGIN"))
        .map(|authority| lianfang_certs::pkcs12(&key, &certificate, authority, password))
        .find(|packed| !matches!(packed, Err(CertError::ForeignIssuer)))
        .unwrap_or(Err(CertError::ForeignIssuer))
        .map_err(|error| match error {
            CertError::Password => of_file(&args.password_file, &error),
            other => of_file(&pair.certificate, &other),
        })?;
    keyfile::write_new(&args.out, &archive).map_err(Fault::plain)?;
    terminal.note("packed", &[("file", args.out.display().to_string())]);
    Ok(ExitCode::SUCCESS)
}

fn secret(path: &Path) -> Result<Zeroizing<String>, Fault> {
    let bytes = keyfile::read(path).map_err(Fault::plain)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| of_file(path, &"isn't text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn of_file(path: &Path, reason: &dyn std::fmt::Display) -> Fault {
    Fault::new("file")
        .with("file", path.display())
        .with("reason", reason)
}
