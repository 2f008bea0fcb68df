use lianfang_wire::entry::Subject;
use lianfang_wire::roster::{MonitoredSubject, NewMonitoredSubject, RosterLine, RosterResult, RosterStatus};
use reqwest::Method;

use crate::{Client, Error};

const SUBJECTS: &str = "/v1/monitored-subjects";

impl Client {
    /// Watches a seller or product that trades already; the same reference again replaces it. It is matched at once
    /// against everything in force and from then on against whatever arrives.
    ///
    /// # Errors
    /// [`Error::Refused`] with every broken rule, among others.
    pub async fn monitor(&self, client_reference: &str, subject: Subject) -> Result<MonitoredSubject, Error> {
        let request = self
            .request(Method::PUT, &path(client_reference)?)
            .json(&NewMonitoredSubject { subject });
        self.answer(request).await
    }

    /// Watches many; one result per line, in order. Safe to repeat: what is unchanged costs nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] when the batch as a whole wasn't taken. Refused lines are in the results.
    pub async fn monitor_all<'a>(
        &self,
        batch: impl IntoIterator<Item = &'a RosterLine>,
    ) -> Result<Vec<RosterResult>, Error> {
        self.post_lines(&format!("{SUBJECTS}/batch"), batch).await
    }

    /// What is watched under a reference.
    ///
    /// # Errors
    /// [`Error::Refused`] when nothing is.
    pub async fn monitored(&self, client_reference: &str) -> Result<MonitoredSubject, Error> {
        self.get(&path(client_reference)?).await
    }

    /// Watches a subject no longer; its open alerts close.
    ///
    /// # Errors
    /// [`Error::Refused`] when nothing is watched under this reference.
    pub async fn stop_monitoring(&self, client_reference: &str) -> Result<(), Error> {
        let request = self.request(Method::DELETE, &path(client_reference)?);
        self.bytes(request).await.map(drop)
    }

    /// How much is watched.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn roster(&self) -> Result<RosterStatus, Error> {
        self.get("/v1/roster").await
    }
}

/// The reference as one segment of a path.
fn path(client_reference: &str) -> Result<String, Error> {
    let unusable =
        || Error::Configuration("a reference that is empty or only dots can't be a part of a path");
    if matches!(client_reference, "" | "." | "..") {
        return Err(unusable());
    }
    let mut url = reqwest::Url::parse("http://node").map_err(|_| unusable())?;
    url.set_path(SUBJECTS);
    url.path_segments_mut()
        .map_err(|()| unusable())?
        .push(client_reference);
    Ok(url.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_stays_one_segment_whatever_is_in_it() {
        let cases = [
            ("shop-1", "shop-1"),
            ("a/b?c#d%2Fe", "a%2Fb%3Fc%23d%252Fe"),
            ("店 7", "%E5%BA%97%207"),
        ];
        for (reference, segment) in cases {
            assert_eq!(path(reference).unwrap(), format!("{SUBJECTS}/{segment}"));
        }
        for dots in ["", ".", ".."] {
            assert!(path(dots).is_err());
        }
    }
}
