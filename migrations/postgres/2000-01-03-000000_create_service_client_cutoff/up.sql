CREATE TABLE IF NOT EXISTS service_client_cutoff (
    client_id varchar(255) NOT NULL PRIMARY KEY,
    tokens_issued_before timestamptz NOT NULL,
    reason text NOT NULL DEFAULT '',
    set_at timestamptz NOT NULL DEFAULT now()
);
