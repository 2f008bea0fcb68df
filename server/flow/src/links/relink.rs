use std::collections::BTreeMap;

use lianfang_domain::names;
use lianfang_encoding::Transcript;
use lianfang_identifier::Kind;
use lianfang_store::{EntryFilter, EntryRow, NewLink};
use uuid::Uuid;

use crate::entries::{open_content, state_of};
use crate::{FlowError, Node};

/// Where the store notes by which rules and key its links were made.
const NOTE: &str = "own_links";
const PAGE: usize = 500;

impl Node {
    /// Makes every link anew when the rules, the deny-lists or the secret of keyed hashes aren't those they were made by; a
    /// database from before links existed has none. Reads every entry once then, else nothing.
    pub(crate) async fn relink(&self) -> Result<(), FlowError> {
        let wanted = self.link_rules();
        let noted = self.gateway.store(|store| store.meta(NOTE)).await?;
        if noted.as_deref() == Some(wanted.as_str()) {
            return Ok(());
        }
        let mut after = 0;
        loop {
            let rows = self
                .gateway
                .store(move |store| store.entries_page(&EntryFilter::default(), after, PAGE))
                .await?;
            let Some(last) = rows.last() else { break };
            after = last.created_seq;
            let mut links = BTreeMap::new();
            for row in &rows {
                links.insert(row.id, self.links_of_row(row)?);
            }
            self.replace(links).await?;
        }
        self.gateway
            .store(move |store| store.set_meta(NOTE, &wanted))
            .await
    }

    async fn replace(&self, links: BTreeMap<Uuid, Vec<NewLink>>) -> Result<(), FlowError> {
        self.gateway
            .store(move |store| store.replace_own_links(&links))
            .await
    }

    fn links_of_row(&self, row: &EntryRow) -> Result<Vec<NewLink>, FlowError> {
        if state_of(row)?.name().is_terminal() {
            return Ok(Vec::new());
        }
        Ok(self.links.links_of(&open_content(&self.keys.data, row)?.entry))
    }

    fn link_rules(&self) -> String {
        let start = Transcript::new("lianfang/own-links/rules/v2")
            .bytes(&self.links.print())
            .u8(names::VERSION)
            .bytes(&lianfang_identifier::deny_lists_digest());
        let rules = Kind::ALL.iter().map(|kind| lianfang_identifier::rules(*kind));
        let all = rules.fold(start, |transcript, rules| transcript.bytes(&rules.rules_digest));
        hex::encode(all.sha256())
    }
}
