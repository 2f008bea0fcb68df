use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::{Class, Timestamp};
use lianfang_token::{DescriptorFields, KeyDescriptor};
use lianfang_wire::ProblemType;

use super::MembershipView;
use crate::{Actor, FlowError, Node};

/// Whoever is kept from newer documents believes the last one until it ends.
const LONGEST_DAYS: u32 = 730;
const DAY: Duration = Duration::from_secs(86_400);

impl Node {
    /// Lets the membership document count for `days` from now on, whether it has ended or not, and with it the newest
    /// token key of each class. A key is the same in another validity: id and generation stay.
    ///
    /// # Errors
    /// When this node is no governor, when `days` aren't 1 to 730, or when the document lasts longer already.
    pub async fn extend_membership(
        self: &Arc<Self>,
        actor: &Actor,
        days: u32,
    ) -> Result<MembershipView, FlowError> {
        if !(1..=LONGEST_DAYS).contains(&days) {
            return Err(FlowError::because(
                ProblemType::Invalid,
                "/days: 1 to 730, two years.",
            ));
        }
        let adopting = Arc::clone(&self.adopting).lock_owned().await;
        self.take_up_membership().await?;
        let until = self.now() + days * DAY;
        let mut next = self.successor();
        if until <= next.expires {
            return Err(FlowError::because(
                ProblemType::Invalid,
                "/days: the membership document in force lasts longer already, and nothing is shortened. Name more.",
            ));
        }
        next.expires = until;
        next.keys = extended(next.keys, until)?;
        let line = self.membership_line(actor, "extend", format!("version {}", next.version));
        self.put_forward(next, line, adopting).await?;
        Ok(self.members())
    }
}

/// The newest key of each class as valid until then at the least. A key that was followed by another keeps its end.
fn extended(keys: Vec<KeyDescriptor>, until: Timestamp) -> Result<Vec<KeyDescriptor>, FlowError> {
    let mut newest: BTreeMap<Class, u32> = BTreeMap::new();
    for key in &keys {
        let epoch = newest.entry(key.fields().class).or_default();
        *epoch = key.fields().epoch.max(*epoch);
    }
    let extend = |key: KeyDescriptor| {
        let fields = key.fields();
        if newest.get(&fields.class) != Some(&fields.epoch) || until <= fields.valid_until {
            return Ok(key);
        }
        KeyDescriptor::new(DescriptorFields {
            valid_until: until,
            ..fields.clone()
        })
        .map_err(|_| FlowError::Internal("a token key's descriptor breaks a rule"))
    };
    keys.into_iter().map(extend).collect()
}

#[cfg(test)]
mod tests {
    use lianfang_encoding::FederationId;

    use super::super::found::first_keys;
    use super::*;

    #[test]
    fn the_newest_key_of_each_class_lasts_longer_and_one_that_was_followed_does_not() {
        let (born, end) = (Timestamp::from_secs(1), Timestamp::from_secs(1_000_000_000));
        let of_epoch = |epoch, fed| {
            let (keys, _) =
                first_keys(FederationId([fed; 16]), [0; 32], &mut rand_core::OsRng, born).unwrap();
            let fields = keys[0].fields().clone();
            KeyDescriptor::new(DescriptorFields { epoch, ..fields }).unwrap()
        };
        let (old, new) = (of_epoch(1, 1), of_epoch(2, 1));
        let keys = extended(vec![new.clone(), old.clone()], end).unwrap();
        assert_eq!(keys[1], old);
        assert_eq!(keys[0].fields().valid_until, end);
        assert_eq!(
            (keys[0].key_id(), keys[0].generation()),
            (new.key_id(), new.generation())
        );
        assert_eq!(extended(keys.clone(), Timestamp::from_secs(2)).unwrap(), keys);
    }
}
