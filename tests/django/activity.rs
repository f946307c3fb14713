//! Writes to the activity table of Django, for `check.py`:
//!
//! - `django_activity <url> migrate`
//! - `django_activity <url> write <client_id> <first> <last>`, with times in microseconds after the
//!   Unix epoch

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use cognito_m2m::activity::{
    ActivityStore, ClientActivity, MysqlActivity, PostgresActivity, SqliteActivity, TableName,
    Timestamp,
};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let table = TableName::new("django_cognito_m2m_serviceclientactivity")?;
    match arguments.as_slice() {
        [url, "migrate"] => migrate(url, table).await,
        [url, "write", client_id, first, last] => {
            let activity = ClientActivity {
                client_id: (*client_id).into(),
                first_seen_at: timestamp(first)?,
                last_seen_at: timestamp(last)?,
            };
            write(url, table, activity).await
        }
        _ => Err("usage: <url> migrate, or <url> write <client_id> <first> <last>".into()),
    }
}

fn timestamp(micros: &str) -> Result<Timestamp, Box<dyn Error>> {
    Ok(Duration::from_micros(micros.parse()?).into())
}

async fn migrate(url: &str, table: TableName) -> Result<(), Box<dyn Error>> {
    if url.starts_with("postgres:") {
        PostgresActivity::new(url).table(table).migrate().await?;
    } else if url.starts_with("mysql:") {
        MysqlActivity::new(url).table(table).migrate().await?;
    } else {
        SqliteActivity::new(url).table(table).migrate().await?;
    }
    Ok(())
}

async fn write(
    url: &str,
    table: TableName,
    activity: ClientActivity,
) -> Result<(), Box<dyn Error>> {
    let mut store: Box<dyn ActivityStore> = if url.starts_with("postgres:") {
        Box::new(PostgresActivity::new(url).table(table))
    } else if url.starts_with("mysql:") {
        Box::new(MysqlActivity::new(url).table(table))
    } else {
        Box::new(SqliteActivity::new(url).table(table))
    };
    store.check().await?;
    store.write(Arc::new([activity])).await?;
    Ok(())
}
