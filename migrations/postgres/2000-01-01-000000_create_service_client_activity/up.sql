CREATE TABLE IF NOT EXISTS service_client_activity (
    client_id varchar(255) NOT NULL PRIMARY KEY,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL
);

CREATE INDEX IF NOT EXISTS service_client_activity_last_seen_at ON service_client_activity (last_seen_at);
