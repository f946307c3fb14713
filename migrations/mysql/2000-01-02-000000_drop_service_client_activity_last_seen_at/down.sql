-- MySQL has no `CREATE INDEX IF NOT EXISTS`.
SET @create_last_seen_at = IF(
    EXISTS (SELECT 1 FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'service_client_activity'
        AND index_name = 'service_client_activity_last_seen_at'),
    'DO 0',
    'CREATE INDEX service_client_activity_last_seen_at ON service_client_activity (last_seen_at)'
);
PREPARE create_last_seen_at FROM @create_last_seen_at;
EXECUTE create_last_seen_at;
DEALLOCATE PREPARE create_last_seen_at;
