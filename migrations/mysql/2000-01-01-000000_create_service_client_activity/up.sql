-- All times are in UTC.
CREATE TABLE IF NOT EXISTS service_client_activity (
    client_id varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    first_seen_at datetime(6) NOT NULL,
    last_seen_at datetime(6) NOT NULL,
    INDEX service_client_activity_last_seen_at (last_seen_at)
);
