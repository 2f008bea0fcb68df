//! Which token keys the roster is watched under, and what becomes of its tokens when they change.

use std::collections::BTreeSet;

use lianfang_encoding::Timestamp;
use lianfang_token::KeyDescriptor;

use crate::{FlowError, Node};

const KEYS: &str = "roster_token_keys";

impl Node {
    /// A key that has come since the roster was last looked through concerns every subject, and so does one whose tokens
    /// are to be forgotten.
    pub(super) async fn notice_new_keys(&self) -> Result<(), FlowError> {
        let (document, now) = (self.document(), self.now());
        let keys = &document.document.keys;
        let valid: BTreeSet<_> = keys.iter().filter(|key| key.is_valid_at(now)).map(name).collect();
        let kept: BTreeSet<_> = kept(keys, now).map(name).collect();
        self.gateway
            .store(move |store| {
                let noted = store.meta(KEYS)?;
                let noted: Option<BTreeSet<_>> =
                    noted.map(|noted| noted.split(' ').map(str::to_owned).collect());
                if noted.as_ref() == Some(&valid) {
                    return Ok(());
                }
                if noted.is_some_and(|noted| !valid.is_subset(&noted) || !noted.is_subset(&kept)) {
                    store.tokenise_all_subjects(now)?;
                }
                let valid: Vec<_> = valid.into_iter().collect();
                store.set_meta(KEYS, &valid.join(" "))
            })
            .await
    }

    /// The keys whose tokens are kept.
    pub(super) fn keys_kept(&self) -> Vec<[u8; 16]> {
        let document = self.document();
        let kept = kept(&document.document.keys, self.now());
        kept.map(|key| *key.key_id().as_bytes()).collect()
    }
}

fn name(key: &KeyDescriptor) -> String {
    hex::encode(key.key_id().as_bytes())
}

/// All but those that a newer key in force has followed. One that has only ended may be extended yet, and then it is the
/// same; and a clock that was ahead is set right.
fn kept(keys: &[KeyDescriptor], now: Timestamp) -> impl Iterator<Item = &KeyDescriptor> {
    let has_ended = move |key: &KeyDescriptor| key.fields().valid_until <= now;
    let is_followed = move |key: &KeyDescriptor| {
        let (class, epoch) = (key.fields().class, key.fields().epoch);
        let mut others = keys.iter().filter(|other| other.fields().class == class);
        others.any(|other| other.fields().epoch > epoch && other.is_valid_at(now))
    };
    keys.iter()
        .filter(move |key| !(has_ended(key) && is_followed(key)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lianfang_encoding::FederationId;
    use lianfang_token::DescriptorFields;

    use super::*;
    use crate::membership::first_keys;

    #[test]
    fn tokens_of_a_key_are_kept_past_its_end_until_a_newer_one_of_its_class_is_in_force() {
        const DAY: Duration = Duration::from_secs(86_400);
        let born = Timestamp::from_secs(1);
        let (mut keys, _) = first_keys(FederationId([1; 16]), [0; 32], &mut rand_core::OsRng, born).unwrap();
        let first = keys[0].clone();
        let successor = DescriptorFields {
            epoch: 2,
            valid_from: born + 300 * DAY,
            valid_until: born + 700 * DAY,
            ..first.fields().clone()
        };
        let holds = |keys: &[KeyDescriptor], days: u32| {
            let mut kept = kept(keys, born + days * DAY);
            kept.any(|key| key.key_id() == first.key_id())
        };
        assert!(holds(&keys, 1) && holds(&keys, 365), "it may be extended");
        keys.push(KeyDescriptor::new(successor).unwrap());
        let all = keys.len();
        for (days, expected) in [(299, true), (364, true), (365, false), (699, false), (700, true)] {
            assert_eq!(holds(&keys, days), expected, "{days}");
            let others = kept(&keys, born + days * DAY).count();
            assert_eq!(
                others,
                all - usize::from(!expected),
                "{days}: of other classes too"
            );
        }
    }
}
