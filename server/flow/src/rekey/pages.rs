use lianfang_store::{DataKeys, Resealed, SealedRow, SealedTable};

use crate::durable::durable_step;
use crate::{FlowError, Node};

/// Rows sealed anew in one transaction.
const PAGE: usize = 200;

impl Node {
    /// Seals anew what an older data key sealed, up to about `most` rows, in small transactions. What is read meanwhile
    /// opens under either key. Returns how many rows it was.
    ///
    /// # Errors
    /// When the store fails, or rows need a key that isn't there.
    pub async fn reseal(&self, most: usize) -> Result<usize, FlowError> {
        self.reseal_mark().await?;
        let mut done = 0;
        for table in SealedTable::ALL {
            let mut after = None;
            while done < most {
                let Some((last, resealed)) = self.reseal_page(table, after).await? else {
                    break;
                };
                durable_step("page_resealed");
                done += resealed;
                after = Some(last);
            }
        }
        Ok(done)
    }

    /// The id of the last row it looked at, and how many it replaced; nothing when none was left.
    async fn reseal_page(
        &self,
        table: SealedTable,
        after: Option<Vec<u8>>,
    ) -> Result<Option<(Vec<u8>, usize)>, FlowError> {
        let number = self.keys.data.in_force();
        let rows = self
            .gateway
            .store(move |store| store.sealed_otherwise(table, number, after.as_deref(), PAGE))
            .await?;
        let Some(last) = rows.last().map(|row| row.id.clone()) else {
            return Ok(None);
        };
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| self.resealed(table, row))
            .collect::<Result<_, _>>()?;
        let replaced = self
            .gateway
            .store(move |store| store.reseal(table, &rows))
            .await?;
        Ok(Some((last, replaced)))
    }

    fn resealed(&self, table: SealedTable, row: SealedRow) -> Result<Resealed, FlowError> {
        let anew = self.seal_anew(table.name(), &row.id, &row.sealed)?;
        Ok(Resealed { row, anew })
    }

    pub(super) fn seal_anew(&self, table: &str, id: &[u8], sealed: &[u8]) -> Result<Vec<u8>, FlowError> {
        let keys: &DataKeys = &self.keys.data;
        let plain = keys.open(table, id, sealed).map_err(|_| FlowError::DataKey {
            number: sealed.first().copied().unwrap_or_default(),
            problem: "is needed to seal rows anew, and is missing or another one",
        })?;
        keys.seal(table, id, &plain, &mut self.randomness.rng())
            .map_err(|_| FlowError::Internal("a row can't be sealed anew"))
    }
}
