//! How do I see which clients have called, and when?
//!
//! `cargo run -p cognito-m2m-examples --bin client_activity`
//!
//! `COGNITO_M2M_USER_POOL_ID` selects the user pool. To try it without AWS, run
//! `cognito-m2m-local serve` in another shell, which prints the variables to set, and
//! `cognito-m2m-local token writer`, which prints a token to send.

use std::{env, error::Error};

use actix_web::{App, HttpServer, Responder, get};
use cognito_m2m::{
    ClientActivityList, CognitoAuth, Policy, Settings, activity::SqliteActivity,
    require_authentication,
};

#[get("/orders")]
#[require_authentication]
async fn list_orders() -> impl Responder {
    "all orders\n"
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();

    // For other databases, use `PostgresActivity` or `MysqlActivity`.
    let path = env::var("DATABASE").unwrap_or_else(|_| "client_activity.db".to_owned());
    let mut activity = SqliteActivity::new(path);
    activity.migrate().await?;
    // Serves JSON. Try `GET /admin/clients?search=read&sort=-last_seen_at&page=1`.
    let operators = Policy::all_scopes(["orders/admin"])?;
    let clients = ClientActivityList::new("/admin/clients", activity.reader(), operators);

    let auth = CognitoAuth::builder()
        .settings(Settings::from_env().track_client_activity(true))
        .activity_store(activity)
        .build()?;
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    HttpServer::new({
        let auth = auth.clone();
        move || {
            App::new()
                .wrap(auth.clone())
                .service(list_orders)
                .service(clients.clone())
        }
    })
    .bind(("127.0.0.1", port))?
    .run()
    .await?;
    // Writes the activity that is still in memory.
    auth.shutdown().await;
    Ok(())
}
