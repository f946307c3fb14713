-- All times are in UTC, stored as text: YYYY-MM-DD HH:MM:SS
CREATE TABLE IF NOT EXISTS service_client_cutoff (
    client_id TEXT NOT NULL PRIMARY KEY CHECK (length(client_id) <= 255),
    tokens_issued_before TIMESTAMP NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    set_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
