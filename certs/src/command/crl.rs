use std::path::PathBuf;

use lianfang_certs::{RevocationList, Serial, certificate};

use super::folder::{Folder, read, replace};
use super::{CommandError, days, now};

#[derive(clap::Subcommand)]
pub(super) enum Crl {
    /// Put certificates on the list
    Revoke(Revoke),
    /// Sign the list again before its next update is due
    Renew {
        /// Days of validity
        #[arg(long, default_value_t = 7)]
        days: u32,
    },
    /// Verify the list and print it
    Show,
}

#[derive(clap::Args)]
pub(super) struct Revoke {
    /// Certificate to revoke; repeat for more
    #[arg(long = "cert", required_unless_present = "serials")]
    certificates: Vec<PathBuf>,
    /// Serial number to revoke, when the certificate is lost; repeat for more
    #[arg(long = "serial")]
    serials: Vec<Serial>,
    /// Days of validity
    #[arg(long, default_value_t = 7)]
    days: u32,
}

impl Crl {
    pub(super) fn run(self, folder: &Folder) -> Result<String, CommandError> {
        match self {
            Self::Revoke(revoke) => {
                let serials = revoke.all_serials()?;
                sign(folder, &serials, revoke.days)
            }
            Self::Renew { days } => sign(folder, &[], days),
            Self::Show => show(folder),
        }
    }
}

impl Revoke {
    fn all_serials(&self) -> Result<Vec<Serial>, CommandError> {
        let mut serials = self.serials.clone();
        for path in &self.certificates {
            serials.push(certificate::serial(&certificate::der(&read(path)?)?)?);
        }
        Ok(serials)
    }
}

fn sign(folder: &Folder, serials: &[Serial], validity: u32) -> Result<String, CommandError> {
    let previous = read(&folder.crl())?;
    let list = folder
        .authority()?
        .revoke(Some(&previous), serials, now(), days(validity))?;
    replace(&folder.crl(), &list)?;
    show(folder)
}

fn show(folder: &Folder) -> Result<String, CommandError> {
    let list = RevocationList::read(&read(&folder.crl())?, &read(&folder.ca_pem())?)?;
    let stale = if list.is_stale(now()) { " (overdue)" } else { "" };
    let mut lines = format!(
        "number: {}\nnext update: {}{stale}\n",
        list.number(),
        list.next_update()
    );
    for (serial, at) in list.revoked() {
        lines.push_str(&format!("revoked: {serial} at {at}\n"));
    }
    Ok(lines)
}
