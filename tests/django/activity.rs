//! Our side of `run`: `django_activity <url> migrate`, or `.. write <client_id> <first> <last>` in
//! microseconds after the epoch; into the table that Django has made.

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
    let table = TableName::new("django_cognito_m2m_serviceclientactivity")?;
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let ["write", client_id, first, last] = arguments.get(1..).unwrap_or_default() else {
        return migrate(&arguments, table).await;
    };
    let timestamp = |micros: &str| {
        micros
            .parse()
            .map(|n| Timestamp::from(Duration::from_micros(n)))
    };
    let sighting = ClientActivity {
        client_id: (*client_id).into(),
        first_seen_at: timestamp(first)?,
        last_seen_at: timestamp(last)?,
    };
    let url = arguments.first().copied().unwrap_or_default();
    let mut store: Box<dyn ActivityStore> = if url.starts_with("postgres:") {
        Box::new(PostgresActivity::new(url).table(table))
    } else if url.starts_with("mysql:") {
        Box::new(MysqlActivity::new(url).table(table))
    } else {
        Box::new(SqliteActivity::new(url).table(table))
    };
    store.check().await?;
    store.write(Arc::new([sighting])).await?;
    Ok(())
}

async fn migrate(arguments: &[&str], table: TableName) -> Result<(), Box<dyn Error>> {
    match arguments {
        [url, "migrate"] if url.starts_with("postgres:") => {
            PostgresActivity::new(*url).table(table).migrate().await?;
        }
        [url, "migrate"] if url.starts_with("mysql:") => {
            MysqlActivity::new(*url).table(table).migrate().await?;
        }
        [url, "migrate"] => SqliteActivity::new(*url).table(table).migrate().await?,
        _ => {
            return Err("expected <url> migrate, or <url> write <client_id> <first> <last>".into());
        }
    }
    Ok(())
}
