use lianfang_certs::{Authority, keyfile};

use super::folder::{Folder, replace};
use super::{CommandError, days, now};

const FIRST_LIST: std::time::Duration = std::time::Duration::from_secs(7 * 86_400);

#[derive(clap::Args)]
pub(super) struct Create {
    /// Name of the federation, as people read it
    #[arg(long)]
    federation: String,
    /// Days of validity
    #[arg(long, default_value_t = 3650)]
    days: u32,
}

impl Create {
    pub(super) fn run(&self, folder: &Folder) -> Result<String, CommandError> {
        let authority = Authority::create(&self.federation, days(self.days), now())?;
        let list = authority.revoke(None, &[], now(), FIRST_LIST.min(days(self.days)))?;
        folder.prepare()?;
        // The key first: it refuses to replace an authority that exists.
        keyfile::write_new(&folder.ca_key(), authority.key_pem()?.as_bytes())?;
        replace(&folder.ca_pem(), &authority.cert_pem()?)?;
        replace(&folder.crl(), &list)?;
        let (key, certificate, list) = (folder.ca_key(), folder.ca_pem(), folder.crl());
        Ok(format!(
            "authority: {}\nrevocation list: {}\nprivate key, to be kept offline: {}\n",
            certificate.display(),
            list.display(),
            key.display()
        ))
    }
}
