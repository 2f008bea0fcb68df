//! Lists: heads of everybody's, what stands behind this node's own, and who has taken over what of them.

diesel::table! {
    digest_heads (publisher, audience, subject_type, epoch, incarnation, sequence) {
        publisher -> Text,
        audience -> Text,
        subject_type -> SmallInt,
        epoch -> BigInt,
        incarnation -> BigInt,
        sequence -> BigInt,
        kind -> SmallInt,
        head -> Binary,
        head_hash -> Binary,
        body_hash -> Binary,
        body_length -> BigInt,
        created -> BigInt,
        expires -> BigInt,
        in_force -> Bool,
        base_sequence -> BigInt,
        live -> Bool,
        tokens -> Nullable<BigInt>,
    }
}

diesel::table! {
    digest_forks (publisher, audience, subject_type, epoch, incarnation, sequence) {
        publisher -> Text,
        audience -> Text,
        subject_type -> SmallInt,
        epoch -> BigInt,
        incarnation -> BigInt,
        sequence -> BigInt,
        first_head -> Binary,
        second_head -> Binary,
        found_at -> BigInt,
    }
}

diesel::table! {
    list_records (audience, subject_type, epoch, confirm_key, entry_id, identifier_index) {
        audience -> Text,
        subject_type -> SmallInt,
        epoch -> BigInt,
        confirm_key -> Binary,
        entry_id -> Binary,
        identifier_index -> Integer,
        kind -> Integer,
        level -> SmallInt,
        key_id -> Binary,
        token_prefix -> BigInt,
        since -> BigInt,
    }
}

diesel::table! {
    list_departures (entry_id, audience, subject_type, epoch) {
        audience -> Text,
        subject_type -> SmallInt,
        epoch -> BigInt,
        entry_id -> Binary,
        incarnation -> BigInt,
        sequence -> BigInt,
    }
}

diesel::table! {
    acknowledgements (peer) {
        peer -> Text,
        heard_at -> BigInt,
        seen -> Text,
    }
}
