use lianfang_identifier::{InputKind, Region, canonicalise};
use lianfang_wire::ProblemType;
use lianfang_wire::names::RankedName;

use super::keyed::is_name;
use crate::{FlowError, Node};

/// From how many per cent on a name is listed for a person who asks.
const LISTED: u8 = 60;
const MOST: usize = 20;

impl Node {
    /// Names in this node's own entries that resemble `value`, the most similar first, each with what that rests on.
    ///
    /// # Errors
    /// A kind that isn't a name, or a value that is no name.
    pub async fn rank_names(
        &self,
        kind: InputKind,
        value: &str,
        region: Option<Region>,
    ) -> Result<Vec<RankedName>, FlowError> {
        let forms = canonicalise(kind, value, region).map_err(|reject| {
            FlowError::because(ProblemType::NothingScreened, format!("/value: {}", reject.code()))
        })?;
        let mut ranked = Vec::new();
        for form in forms.iter().filter(|form| is_name(form.kind)) {
            let (similar, entries) = self.similar_to(form).await?;
            let listed = similar.iter().filter(|found| found.resemblance.score >= LISTED);
            ranked.extend(listed.filter_map(|found| {
                let described = entries.get(&found.entry)?;
                Some(RankedName {
                    entry: found.entry,
                    entry_identifier_index: u32::from(found.place.index),
                    kind: found.place.kind.name().to_owned(),
                    role: found.place.role,
                    state: described.state,
                    category: described.category,
                    score: found.resemblance.score,
                    core: found.resemblance.core,
                    parts: found.resemblance.parts,
                    same_form: found.resemblance.same_form,
                })
            }));
        }
        if ranked.is_empty() && !forms.iter().any(|form| is_name(form.kind)) {
            return Err(FlowError::because(
                ProblemType::Malformed,
                "/kind: only legal_name_cn, legal_name_en and brand are ranked; other kinds match exactly.",
            ));
        }
        ranked.sort_by_key(|name| (std::cmp::Reverse(name.score), name.entry));
        ranked.truncate(MOST);
        Ok(ranked)
    }
}
