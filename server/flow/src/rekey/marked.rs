//! The restore key of a node that was restored once is kept sealed, too.

use crate::restore::{MARK, Mark};
use crate::{FlowError, Node};

impl Node {
    pub(super) async fn reseal_mark(&self) -> Result<(), FlowError> {
        let number = self.keys.data.in_force();
        let noted = self.gateway.store(|store| store.meta(MARK)).await?;
        let Some(old) = noted else { return Ok(()) };
        let mut mark = Mark::parse(&old)?;
        if mark.sealed_under()? == number {
            return Ok(());
        }
        mark.seal_anew(|sealed| self.seal_anew(MARK, b"key", sealed))?;
        let new = mark.text()?;
        // When it has changed meanwhile, the next round finds it.
        self.gateway
            .store(move |store| store.exchange_meta(MARK, &old, &new))
            .await
            .map(drop)
    }

    pub(super) async fn mark_is_current(&self) -> Result<bool, FlowError> {
        let noted = self.gateway.store(|store| store.meta(MARK)).await?;
        match noted {
            Some(noted) => Ok(Mark::parse(&noted)?.sealed_under()? == self.keys.data.in_force()),
            None => Ok(true),
        }
    }
}
