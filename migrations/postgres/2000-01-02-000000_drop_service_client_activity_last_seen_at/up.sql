-- Without the index, updates of `last_seen_at` can be HOT. Only the index of the first migration is
-- dropped: it must have its name, and be on this column of this table alone.
DO $$
DECLARE
    index_name text;
BEGIN
    SELECT format('%I.%I', n.nspname, x.relname) INTO index_name
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = x.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = to_regclass('service_client_activity')
    AND x.relname = 'service_client_activity_last_seen_at'
    AND i.indnatts = 1 AND NOT i.indisunique AND i.indpred IS NULL AND a.attname = 'last_seen_at';
    IF index_name IS NOT NULL THEN
        EXECUTE 'DROP INDEX ' || index_name;
    END IF;
END
$$;
