-- Without the index, an update of `last_seen_at` writes to the primary key alone. MySQL has no
-- `DROP INDEX IF EXISTS`.
SET @drop_last_seen_at = IF(
    (SELECT GROUP_CONCAT(lower(column_name)) FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'service_client_activity'
        AND index_name = 'service_client_activity_last_seen_at' AND non_unique = 1) = 'last_seen_at',
    'DROP INDEX service_client_activity_last_seen_at ON service_client_activity',
    'DO 0'
);
PREPARE drop_last_seen_at FROM @drop_last_seen_at;
EXECUTE drop_last_seen_at;
DEALLOCATE PREPARE drop_last_seen_at;
