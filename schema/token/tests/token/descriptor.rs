use lianfang_encoding::{Class, Timestamp};
use lianfang_token::{DescriptorError, DescriptorFields, KeyDescriptor, VerificationShare};

use crate::committee::{Committee, fields, key};

fn valid() -> DescriptorFields {
    let key = key(1);
    fields(&key, 3, &Committee::new(&key, 3, 5, 1).shares)
}

fn refusal(change: impl FnOnce(&mut DescriptorFields)) -> DescriptorError {
    let mut fields = valid();
    change(&mut fields);
    KeyDescriptor::new(fields).unwrap_err()
}

#[test]
fn a_descriptor_survives_json() {
    let descriptor = KeyDescriptor::new(valid()).unwrap();
    let json = serde_json::to_string_pretty(&descriptor).unwrap();
    assert_eq!(serde_json::from_str::<KeyDescriptor>(&json).unwrap(), descriptor);
    assert_eq!(descriptor.threshold(), 3);
    assert_eq!(descriptor.members(), 5);
    assert_eq!(descriptor.verification_share(6), None);
}

#[test]
fn every_field_is_signed() {
    let signed = KeyDescriptor::new(valid()).unwrap().signing_bytes();
    let changes: [fn(&mut DescriptorFields); 11] = [
        |fields| fields.fed.0[15] ^= 1,
        |fields| fields.class = Class::Goods,
        |fields| fields.epoch += 1,
        |fields| fields.generation += 1,
        |fields| fields.born.at = Timestamp::from_secs(5),
        |fields| fields.born.threshold = 2,
        |fields| fields.born.members = 9,
        |fields| fields.transcript[0] ^= 1,
        |fields| fields.valid_from = Timestamp::from_secs(1),
        |fields| fields.valid_until = Timestamp::MAX,
        |fields| *fields = self::fields(&key(2), 3, &Committee::new(&key(2), 3, 5, 1).shares),
    ];
    for (position, change) in changes.into_iter().enumerate() {
        let mut fields = valid();
        change(&mut fields);
        fields.born.members = fields.born.members.max(fields.born.threshold);
        assert_ne!(
            KeyDescriptor::new(fields).unwrap().signing_bytes(),
            signed,
            "change {position}"
        );
    }
}

#[test]
fn a_reshare_keeps_the_key_id_and_a_new_epoch_does_not() {
    let first = KeyDescriptor::new(valid()).unwrap();
    let key = key(1);
    let mut again = fields(&key, 2, &Committee::new(&key, 2, 4, 2).shares);
    again.generation += 1;
    assert_eq!(
        KeyDescriptor::new(again.clone()).unwrap().key_id(),
        first.key_id()
    );
    again.epoch += 1;
    assert_ne!(KeyDescriptor::new(again).unwrap().key_id(), first.key_id());
}

#[test]
fn a_threshold_outside_its_bounds_is_refused() {
    assert_eq!(refusal(|fields| fields.threshold = 0), DescriptorError::Sharing);
    assert_eq!(refusal(|fields| fields.threshold = 4), DescriptorError::Sharing);
    assert_eq!(
        refusal(|fields| fields.verification_shares.truncate(4)),
        DescriptorError::Sharing
    );
    assert_eq!(
        refusal(|fields| fields.verification_shares.clear()),
        DescriptorError::Sharing
    );
}

#[test]
fn repeated_or_disordered_indices_are_refused() {
    assert_eq!(
        refusal(|fields| fields.verification_shares.swap(0, 1)),
        DescriptorError::Indices
    );
    let repeated =
        |fields: &mut DescriptorFields| fields.verification_shares[1] = fields.verification_shares[0];
    assert_eq!(refusal(repeated), DescriptorError::Indices);
}

#[test]
fn each_share_has_to_belong_to_the_key() {
    for position in 0..5 {
        let foreign = |fields: &mut DescriptorFields| {
            let index = fields.verification_shares[position].index();
            fields.verification_shares[position] = VerificationShare::new(index, fields.public_key).unwrap();
        };
        assert_eq!(
            refusal(foreign),
            DescriptorError::Inconsistent,
            "share {position}"
        );
    }
    assert_eq!(
        refusal(|fields| fields.public_key = key(2).public()),
        DescriptorError::Inconsistent
    );
    assert_eq!(
        refusal(|fields| fields.threshold = 2),
        DescriptorError::Inconsistent
    );
}

#[test]
fn a_validity_that_ends_before_it_begins_is_refused() {
    assert_eq!(
        refusal(|fields| fields.valid_until = fields.valid_from),
        DescriptorError::Validity
    );
}

#[test]
fn a_birth_without_members_is_refused() {
    assert_eq!(
        refusal(|fields| fields.born.threshold = 0),
        DescriptorError::Birth
    );
    assert_eq!(
        refusal(|fields| fields.born.threshold = 2),
        DescriptorError::Birth
    );
}

#[test]
fn validity_excludes_its_end() {
    let descriptor = KeyDescriptor::new(valid()).unwrap();
    let DescriptorFields {
        valid_from,
        valid_until,
        ..
    } = *descriptor.fields();
    assert!(descriptor.is_valid_at(valid_from));
    assert!(!descriptor.is_valid_at(valid_until));
    assert!(!descriptor.is_valid_at(Timestamp::default()));
}

#[test]
fn json_with_index_zero_the_identity_or_an_unknown_field_is_refused() {
    let json = serde_json::to_value(KeyDescriptor::new(valid()).unwrap()).unwrap();
    let changes: [fn(&mut serde_json::Value); 4] = [
        |json| json["verification_shares"][0]["index"] = 0.into(),
        |json| json["verification_shares"][0]["point"] = "00".repeat(32).into(),
        |json| json["public_key"] = "ff".repeat(32).into(),
        |json| json["critical"] = true.into(),
    ];
    for change in changes {
        let mut changed = json.clone();
        change(&mut changed);
        assert!(serde_json::from_value::<KeyDescriptor>(changed).is_err());
    }
    assert!(serde_json::from_value::<KeyDescriptor>(json).is_ok());
}
