//! How does a handler get the caller's row in my user table?
//!
//! `cargo run -p cognito-m2m-examples --bin mapped_users`
//!
//! `COGNITO_M2M_USER_POOL_ID` selects the user pool. To try it without AWS, run
//! `cognito-m2m-local serve` in another shell, which prints the variables to set, and
//! `cognito-m2m-local token writer`, which prints a token to send.

use std::{env, error::Error};

use actix_web::{App, HttpServer, Responder, get};
use cognito_m2m::{
    CognitoAuth, MappedUser, RequestUser, Settings, require_authentication, user_mapper,
};
use diesel::{
    connection::SimpleConnection,
    prelude::*,
    r2d2::{ConnectionManager, Pool},
};
use schema::users;

mod schema {
    diesel::table! {
        users (id) { id -> Integer, username -> Text, is_active -> Bool }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct User {
    id: i32,
    username: String,
}

/// Requires an active row. A client without one gets 403.
#[get("/account")]
#[require_authentication]
async fn account(user: MappedUser<User>) -> impl Responder {
    format!("user {}: {}\n", user.id, user.username)
}

/// Serves clients with and without an active row.
#[get("/greeting")]
#[require_authentication]
async fn greeting(user: RequestUser<User>) -> impl Responder {
    match user {
        RequestUser::Mapped(user) => format!("hello, user {}\n", user.username),
        RequestUser::Proxy(user) => format!("hello, client {}\n", user.username()),
        RequestUser::Anonymous => "hello\n".to_owned(),
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();

    let path = env::var("DATABASE").unwrap_or_else(|_| "mapped_users.db".to_owned());
    let pool = Pool::new(ConnectionManager::<SqliteConnection>::new(path))?;
    // Your table already exists. This one is for the clients of `cognito-m2m-local`.
    pool.get()?.batch_execute(
        "CREATE TABLE IF NOT EXISTS users (
             id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, is_active BOOL NOT NULL
         );
         INSERT OR IGNORE INTO users VALUES (1, 'reader', TRUE), (2, 'writer', FALSE);",
    )?;
    // Only handlers with a `MappedUser` or `RequestUser` argument query the table.
    let users = user_mapper!(pool, User, client_id => users::username, active = users::is_active);
    let auth = CognitoAuth::builder()
        .settings(Settings::from_env().user_mapping_enabled(true))
        .user_mapper(users)
        .build()?;
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    HttpServer::new(move || App::new().wrap(auth.clone()).service((account, greeting)))
        .bind(("127.0.0.1", port))?
        .run()
        .await?;
    Ok(())
}
