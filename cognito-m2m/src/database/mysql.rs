use diesel_async::{AsyncConnection, AsyncMysqlConnection, SimpleAsyncConnection};

use super::connection::DatabaseConnection;
use super::failure::Failure;

impl DatabaseConnection for AsyncMysqlConnection {
    async fn open(url: &str) -> Result<Self, Failure> {
        Ok(Self::establish(url).await?)
    }

    async fn run(&mut self, statements: &str) -> Result<(), Failure> {
        Ok(self.batch_execute(statements).await?)
    }
}
