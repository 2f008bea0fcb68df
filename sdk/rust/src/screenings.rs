use lianfang_wire::screening::{NewScreening, Screening, ScreeningDecision, ScreeningResult};
use uuid::Uuid;

use crate::{Client, Error};

impl Client {
    /// Screens a seller or a product against every member's findings. Look at `complete` too: `clear` without it
    /// says only that nothing was found where it could be asked.
    ///
    /// # Errors
    /// [`Error::Refused`] of type `nothing-screened` when no identifier was one of its kind.
    pub async fn screen(&self, new: &NewScreening) -> Result<Screening, Error> {
        self.post("/v1/screenings", new).await
    }

    /// Screens many; one result per subject, in order. A subject that can't be screened spoils no other.
    ///
    /// # Errors
    /// [`Error::Refused`] when the batch as a whole wasn't taken. Refused lines are in the results.
    pub async fn screen_batch<'a>(
        &self,
        batch: impl IntoIterator<Item = &'a NewScreening>,
    ) -> Result<Vec<ScreeningResult>, Error> {
        self.post_lines("/v1/screenings/batch", batch).await
    }

    /// An answer that was given before.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none.
    pub async fn screening(&self, id: Uuid) -> Result<Screening, Error> {
        self.get(&format!("/v1/screenings/{id}")).await
    }

    /// Notes what the platform decided. Once; the same decision again changes nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] of type `conflict` when another decision stands.
    pub async fn decide(&self, id: Uuid, decision: &ScreeningDecision) -> Result<Screening, Error> {
        self.post(&format!("/v1/screenings/{id}/decision"), decision)
            .await
    }
}
