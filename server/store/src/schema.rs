//! The one schema both databases have. `migrations` makes it; a test compares the two.

mod lists;

pub(crate) use lists::{acknowledgements, digest_forks, digest_heads, list_departures, list_records};

diesel::table! {
    entries (id) {
        id -> Binary,
        client_reference -> Nullable<Text>,
        request_hash -> Binary,
        audience -> Text,
        subject_type -> SmallInt,
        natural_person -> Bool,
        state -> SmallInt,
        state_data -> Text,
        revision -> BigInt,
        local_reason -> Nullable<Text>,
        grade -> SmallInt,
        category -> Nullable<SmallInt>,
        basis -> SmallInt,
        jurisdiction -> Text,
        decided_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        created_seq -> BigInt,
        last_seq -> BigInt,
        audience_seq -> Nullable<BigInt>,
        body_sealed -> Binary,
    }
}

diesel::table! {
    events (seq) {
        seq -> BigInt,
        entry_id -> Binary,
        event_type -> SmallInt,
        at -> BigInt,
        previous_hash -> Binary,
        hash -> Binary,
        commitment -> Binary,
        signature -> Binary,
        audience -> Text,
        audience_seq -> Nullable<BigInt>,
        state -> SmallInt,
        deadline -> Nullable<BigInt>,
        rule -> Nullable<SmallInt>,
        status_bytes -> Nullable<Binary>,
    }
}

diesel::table! {
    event_payloads (seq) {
        seq -> BigInt,
        salt -> Binary,
        payload_sealed -> Binary,
    }
}

diesel::table! {
    event_heads (scope) {
        scope -> Text,
        seq -> BigInt,
        hash -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    entry_tokens (entry_id, identifier_index, kind, norm_version, level, key_id, token) {
        entry_id -> Binary,
        identifier_index -> Integer,
        kind -> Integer,
        norm_version -> SmallInt,
        level -> SmallInt,
        key_id -> Binary,
        role -> SmallInt,
        verified -> Bool,
        token -> Binary,
    }
}

diesel::table! {
    own_links (key, entry_id, identifier_index) {
        key -> Binary,
        entry_id -> Binary,
        identifier_index -> Integer,
        kind -> Integer,
        level -> SmallInt,
        role -> SmallInt,
    }
}

diesel::table! {
    peer_status (node) {
        node -> Text,
        last_contact -> Nullable<BigInt>,
        last_sync -> Nullable<BigInt>,
        lag_micros -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        last_error_at -> Nullable<BigInt>,
        quarantine -> Nullable<Text>,
        quarantined_at -> Nullable<BigInt>,
        clock_offset_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    peer_entry_status (publisher, audience, seq) {
        publisher -> Text,
        audience -> Text,
        seq -> BigInt,
        entry_id -> Binary,
        state -> SmallInt,
        deadline -> Nullable<BigInt>,
        rule -> Nullable<SmallInt>,
        at -> BigInt,
        raw -> Binary,
    }
}

diesel::table! {
    peer_cursors (publisher, audience) {
        publisher -> Text,
        audience -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    confirmed_records (publisher, confirm_key, audience, subject_type, epoch, entry_id) {
        publisher -> Text,
        confirm_key -> Binary,
        audience -> Text,
        subject_type -> SmallInt,
        epoch -> BigInt,
        entry_id -> Binary,
        jws -> Text,
        valid_until -> BigInt,
        received_at -> BigInt,
    }
}

diesel::table! {
    regulator_feed (added) {
        added -> BigInt,
        kind -> SmallInt,
        object_id -> Binary,
        audience -> Text,
        subject_type -> Nullable<SmallInt>,
        created -> BigInt,
        modified -> BigInt,
        superseded -> Nullable<BigInt>,
        content -> Binary,
    }
}

diesel::table! {
    screenings (id) {
        id -> Binary,
        client_reference -> Nullable<Text>,
        purpose -> SmallInt,
        verdict -> SmallInt,
        mode -> SmallInt,
        complete -> Bool,
        response -> Text,
        actor -> Text,
        created_at -> BigInt,
        decision -> Nullable<Text>,
    }
}

diesel::table! {
    memberships (version) {
        version -> BigInt,
        envelope -> Binary,
        received_at -> BigInt,
    }
}

diesel::table! {
    key_descriptors_seen (class, epoch) {
        class -> SmallInt,
        epoch -> BigInt,
        generation -> BigInt,
    }
}

diesel::table! {
    brake_days (publisher, day) {
        publisher -> Text,
        day -> BigInt,
        looked_up -> BigInt,
        hits -> BigInt,
        unfounded -> BigInt,
        grown -> BigInt,
        lookups -> BigInt,
    }
}

diesel::table! {
    brake_releases (publisher) {
        publisher -> Text,
        released_at -> BigInt,
    }
}

diesel::table! {
    incarnation_grants (node) {
        node -> Text,
        incarnation -> BigInt,
        restore_key -> Binary,
        granted_at -> BigInt,
    }
}

diesel::table! {
    recovered_status (audience, seq) {
        audience -> Text,
        seq -> BigInt,
        entry_id -> Binary,
        raw -> Binary,
    }
}

diesel::table! {
    recovered_lists (audience, subject_type, epoch) {
        audience -> Text,
        subject_type -> SmallInt,
        epoch -> BigInt,
        sequence -> BigInt,
    }
}

diesel::table! {
    node_meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    invites (code_hash) {
        code_hash -> Binary,
        node -> Text,
        expires -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    job_runs (job, scheduled_for) {
        job -> Text,
        scheduled_for -> BigInt,
        runner -> Text,
        lease_token -> Binary,
        lease_expires -> BigInt,
        started -> BigInt,
        finished -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    token_buckets (member, class) {
        member -> Text,
        class -> SmallInt,
        level -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    token_credits (member, class) {
        member -> Text,
        class -> SmallInt,
        elements -> BigInt,
        granted_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (actor, key) {
        actor -> Text,
        key -> Text,
        route -> Text,
        body_hash -> Binary,
        started -> BigInt,
        expires -> BigInt,
        status -> Nullable<Integer>,
        response -> Nullable<Binary>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> Binary,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        object -> Text,
        purpose -> Text,
        outcome -> Text,
    }
}

// A view.
diesel::table! {
    audit_trail (id) {
        id -> Binary,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        object -> Text,
        purpose -> Text,
        outcome -> Text,
    }
}

diesel::table! {
    monitored_subjects (client_reference) {
        client_reference -> Text,
        subject_type -> SmallInt,
        natural_person -> Bool,
        body_sealed -> Binary,
        content_hash -> Binary,
        retry_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    monitored_tokens (client_reference, form, key_id) {
        client_reference -> Text,
        form -> Binary,
        key_id -> Binary,
        identifier_index -> Integer,
        kind -> Integer,
        level -> SmallInt,
        token -> Binary,
    }
}

diesel::table! {
    roster_hits (client_reference, form, key_id, publisher, audience, subject_type, epoch) {
        client_reference -> Text,
        form -> Binary,
        key_id -> Binary,
        publisher -> Text,
        audience -> Text,
        subject_type -> SmallInt,
        epoch -> BigInt,
        found_at -> BigInt,
        due_at -> BigInt,
        attempts -> Integer,
        last_found_at -> BigInt,
    }
}

diesel::table! {
    alerts (id) {
        id -> Binary,
        opened_seq -> BigInt,
        client_reference -> Text,
        publisher -> Text,
        entry_id -> Binary,
        state -> SmallInt,
        opened_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_by -> Nullable<Text>,
        record_seq -> BigInt,
        entry_state -> SmallInt,
        deadline -> Nullable<BigInt>,
        rule -> Nullable<SmallInt>,
        expires_at -> BigInt,
        ends_at -> BigInt,
        record -> Text,
        decision -> Nullable<Text>,
        found_at -> BigInt,
    }
}

diesel::table! {
    alert_matches (alert_id, form) {
        alert_id -> Binary,
        form -> Binary,
        identifier_index -> Integer,
        kind -> Integer,
        level -> SmallInt,
    }
}

diesel::table! {
    cleared_hits (client_reference, publisher, entry_id, form) {
        client_reference -> Text,
        publisher -> Text,
        entry_id -> Binary,
        form -> Binary,
        record_seq -> BigInt,
        cleared_at -> BigInt,
    }
}

diesel::table! {
    alert_events (seq) {
        seq -> BigInt,
        alert_id -> Binary,
        change -> SmallInt,
        at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(events, event_payloads);
diesel::allow_tables_to_appear_in_same_query!(alerts, alert_matches);
diesel::allow_tables_to_appear_in_same_query!(alerts, roster_hits, monitored_subjects, monitored_tokens);
