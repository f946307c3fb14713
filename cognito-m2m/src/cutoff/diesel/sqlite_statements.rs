//! The SQL of the store in SQLite.

use crate::database::create_migrations_table;

/// The migration that creates the table, and records itself in Diesel's table of migrations.
pub(super) const MIGRATION: &str = concat!(
    include_str!(
        "../../../migrations/sqlite/2000-01-03-000000_create_service_client_cutoff/up.sql"
    ),
    create_migrations_table!(),
    "INSERT OR IGNORE INTO __diesel_schema_migrations (version) VALUES ('20000103000000');
"
);

/// Selects the columns of [`Row`](super::rows::Row), with texts as bytes, because a text may be invalid
/// UTF-8.
///
/// A column of SQLite can contain any type. A number that is no Julian day is a Unix time. A text must
/// begin with a date: `now` would mean the time of each read. SQLite rounds fractions to milliseconds,
/// so the fraction is cut out of the text.
pub(super) const SELECT: &str = "
    SELECT CAST(client_id AS BLOB) AS client_id,
        CASE
            WHEN typeof(time) IN ('integer', 'real') THEN CASE
                WHEN time >= 253402300800 THEN 253402300800
                WHEN time >= 5373485 THEN CAST(time AS INTEGER) + (time > CAST(time AS INTEGER))
            END
            WHEN typeof(time) = 'text'
                AND time GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
            THEN CAST(strftime('%s', CASE WHEN point = 0 THEN time
                    ELSE substr(time, 1, point - 1) || ltrim(substr(time, point + 1), '0123456789')
                END) AS INTEGER)
                + (point > 0 AND ltrim(substr(time, point + 1), '0') GLOB '[1-9]*')
        END AS issued_before_secs,
        CAST(reason AS BLOB) AS reason,
        CASE WHEN typeof(set_at) = 'text' THEN
            CAST(strftime('%s', set_at) AS INTEGER) * 1000000
                + CAST(substr(substr(set_at, 21) || '000000', 1, 6) AS INTEGER)
        END AS set_at_micros
    FROM (
        SELECT client_id, tokens_issued_before AS time, instr(tokens_issued_before, '.') AS point,
            reason, set_at
        FROM service_client_cutoff
    )";

pub(super) const SET: &str = "
    INSERT INTO service_client_cutoff (client_id, tokens_issued_before, reason, set_at)
    VALUES (?, ?, ?, ?)
    ON CONFLICT (client_id) DO UPDATE SET
    tokens_issued_before = excluded.tokens_issued_before,
    reason = excluded.reason,
    set_at = excluded.set_at";

pub(super) const DELETE: &str = "DELETE FROM service_client_cutoff WHERE client_id IN (?, ?)";
