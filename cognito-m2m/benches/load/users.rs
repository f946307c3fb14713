use std::time::Duration;

use cognito_m2m::users::UserMapper;
use cognito_m2m::{CognitoAuthBuilder, MappedUser, require_scopes, user_mapper};
use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8};

use crate::scenarios::UserCache;

const CONNECTIONS: u32 = 8;

const CACHED_FOR: Duration = Duration::from_secs(60);

diesel::table! {
    load_users (id) {
        id -> Integer,
        client_id -> Text,
        greeting -> Text,
        is_active -> Bool,
    }
}

/// Returns the SQL that creates the table and its rows, in both dialects.
pub(crate) fn create_table(clients: impl Iterator<Item = String>) -> String {
    let rows = clients
        .enumerate()
        .map(|(id, client)| format!("({id}, '{client}', 'ok', TRUE)"));
    let rows: Vec<String> = rows.collect();
    format!(
        "CREATE TABLE load_users (id INTEGER PRIMARY KEY, client_id VARCHAR(128) NOT NULL UNIQUE, greeting VARCHAR(10) NOT NULL, is_active BOOLEAN NOT NULL);
         INSERT INTO load_users VALUES {};",
        rows.join(", ")
    )
}

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = load_users)]
pub(crate) struct User {
    greeting: String,
}

/// Responds with the same body as the other handlers, from the user's row.
#[require_scopes("widgets/read")]
pub(crate) async fn with_user(user: MappedUser<User>) -> String {
    user.greeting.clone()
}

pub(crate) fn in_sqlite(
    builder: CognitoAuthBuilder,
    path: &str,
    cache: UserCache,
) -> CognitoAuthBuilder {
    let manager = ConnectionManager::<SqliteConnection>::new(path);
    let pool = Pool::builder().max_size(CONNECTIONS).build(manager);
    let pool = pool.expect("the database opens");
    let mapper = user_mapper!(pool, User, client_id => load_users::client_id, active = load_users::is_active);
    with_mapper(builder, mapper, cache)
}

pub(crate) async fn in_postgres(
    builder: CognitoAuthBuilder,
    url: &str,
    cache: UserCache,
) -> CognitoAuthBuilder {
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(url);
    let pool = bb8::Pool::builder().max_size(CONNECTIONS).build(manager);
    let pool = pool.await.expect("the pool is created");
    let mapper = user_mapper!(pool, User, client_id => load_users::client_id, active = load_users::is_active);
    with_mapper(builder, mapper, cache)
}

fn with_mapper(
    builder: CognitoAuthBuilder,
    mapper: impl UserMapper<User = User>,
    cache: UserCache,
) -> CognitoAuthBuilder {
    match cache {
        UserCache::On => builder.user_mapper(mapper.cached_for(CACHED_FOR)),
        UserCache::Off => builder.user_mapper(mapper),
    }
}
