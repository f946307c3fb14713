-- All times are in UTC: write UTC_TIMESTAMP(), because NOW() is in the time zone of the session.
CREATE TABLE IF NOT EXISTS service_client_cutoff (
    client_id varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    tokens_issued_before datetime(6) NOT NULL,
    reason varchar(1000) CHARACTER SET utf8mb4 NOT NULL DEFAULT '',
    set_at datetime(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6))
);
