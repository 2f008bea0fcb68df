-- Subjects that came twice in one batch were stored without tokens, as if none were missing. They are looked through again.
UPDATE monitored_subjects SET retry_at = updated_at WHERE retry_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM monitored_tokens WHERE monitored_tokens.client_reference = monitored_subjects.client_reference);
