-- All times are in UTC, stored as text: YYYY-MM-DD HH:MM:SS.ffffff
CREATE TABLE IF NOT EXISTS service_client_activity (
    client_id TEXT NOT NULL PRIMARY KEY CHECK (length(client_id) <= 255),
    first_seen_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
);

CREATE INDEX IF NOT EXISTS service_client_activity_last_seen_at ON service_client_activity (last_seen_at);
