use lianfang_wire::entry::{BatchResult, Entry, EntryPage, NewEntry, NewEvent, TimelineEvent};
use lianfang_wire::vocabulary::StateName;
use reqwest::Method;
use reqwest::header::IF_MATCH;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Client, Error};

/// Which entries to list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct EntryQuery {
    /// Only those in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateName>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Entries on one page, 1 to 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

#[derive(Deserialize)]
pub(crate) struct Items<T> {
    pub(crate) items: Vec<T>,
}

impl Client {
    /// Records an entry. The same `client_reference` with the same content gives the entry that is there.
    ///
    /// # Errors
    /// [`Error::Refused`] with every broken rule, among others.
    pub async fn record_entry(&self, new: &NewEntry) -> Result<Entry, Error> {
        self.post("/v1/entries", new).await
    }

    /// Records many entries; one result per entry, in order. Safe to repeat when entries have a
    /// `client_reference`.
    ///
    /// # Errors
    /// [`Error::Refused`] when the batch as a whole wasn't taken. Refused lines are in the results.
    pub async fn record_entries<'a>(
        &self,
        batch: impl IntoIterator<Item = &'a NewEntry>,
    ) -> Result<Vec<BatchResult>, Error> {
        self.post_lines("/v1/entries/batch", batch).await
    }

    /// One entry.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none.
    pub async fn entry(&self, id: Uuid) -> Result<Entry, Error> {
        self.get(&format!("/v1/entries/{id}")).await
    }

    /// A page of entries, in the order they were recorded.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn entries(&self, query: &EntryQuery) -> Result<EntryPage, Error> {
        self.answer(self.request(Method::GET, "/v1/entries").query(query))
            .await
    }

    /// Everything that happened to an entry.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none.
    pub async fn timeline(&self, id: Uuid) -> Result<Vec<TimelineEvent>, Error> {
        let timeline: Items<_> = self.get(&format!("/v1/entries/{id}/timeline")).await?;
        Ok(timeline.items)
    }

    /// Moves an entry that is still as it was read: `revision` is [`Entry::revision`].
    ///
    /// # Errors
    /// [`Error::Refused`] of type `precondition-failed` when it has changed; the problem's `current` is how it
    /// is now.
    pub async fn entry_event(&self, id: Uuid, revision: u64, event: &NewEvent) -> Result<Entry, Error> {
        let request = self
            .request(Method::POST, &format!("/v1/entries/{id}/events"))
            .header(IF_MATCH, format!("\"{revision}\""))
            .json(event);
        self.answer(request).await
    }
}
