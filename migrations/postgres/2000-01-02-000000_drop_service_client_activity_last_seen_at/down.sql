CREATE INDEX IF NOT EXISTS service_client_activity_last_seen_at ON service_client_activity (last_seen_at);
