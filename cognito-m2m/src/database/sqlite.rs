use diesel::connection::{Connection, SimpleConnection};
use diesel::sqlite::SqliteConnection;

use super::failure::Failure;

/// Opens the database.
///
/// The busy timeout is well below the timeout of the stores, so that SQLite can report a lock before
/// the call is cancelled, even if its sleeps take longer than requested.
pub(crate) fn open_sqlite(url: &str) -> Result<SqliteConnection, Failure> {
    let mut connection = SqliteConnection::establish(url)?;
    connection.batch_execute("PRAGMA busy_timeout = 3000")?;
    Ok(connection)
}
