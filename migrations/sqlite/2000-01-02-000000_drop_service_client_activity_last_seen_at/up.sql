-- Without the index, an update of `last_seen_at` writes to the table alone.
DROP INDEX IF EXISTS main.service_client_activity_last_seen_at;
