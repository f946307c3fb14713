use diesel_async::{AsyncConnection, AsyncMysqlConnection, SimpleAsyncConnection};

use super::connection::DatabaseConnection;
use super::failure::Failure;
use super::limits::{LOCK_TIMEOUT_SECONDS, STATEMENT_TIMEOUT_SECONDS};

impl DatabaseConnection for AsyncMysqlConnection {
    async fn open(url: &str) -> Result<Self, Failure> {
        Ok(Self::establish(url).await?)
    }

    async fn run(&mut self, statements: &str) -> Result<(), Failure> {
        Ok(self.batch_execute(statements).await?)
    }

    /// A server may be configured without `autocommit`. Writes would then be rolled back with the end of
    /// the connection, and reads would repeat the first result.
    ///
    /// MySQL limits only the execution of statements that read, and MariaDB that of all. Each variable is in
    /// a comment that only its server executes. A server that knows none of these variables is
    /// used without limits.
    async fn limit_statements(&mut self) {
        let statement = format!(
            "SET SESSION autocommit = 1, SESSION lock_wait_timeout = {LOCK_TIMEOUT_SECONDS},
             SESSION innodb_lock_wait_timeout = {LOCK_TIMEOUT_SECONDS}
             /*!50708 , SESSION max_execution_time = {STATEMENT_TIMEOUT_SECONDS}000 */
             /*M! , SESSION max_statement_time = {STATEMENT_TIMEOUT_SECONDS} */"
        );
        if let Err(error) = self.batch_execute(&statement).await {
            tracing::debug!(%error, "the server does not limit statements");
        }
    }
}
