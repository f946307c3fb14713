//! A legacy table, and an API whose handler asks for its users.

use std::time::{Duration, Instant};

use actix_web::{App, Responder, get};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::users::UserMapper;
use cognito_m2m::{CognitoAuth, MappedUser};
#[cfg(any(feature = "mysql", feature = "postgres"))]
use cognito_m2m_tests::Answer;
use cognito_m2m_tests::{Api, serve};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

use super::sqlite;

diesel::table! {
    legacy_users (id) {
        id -> Integer,
        username -> Text,
        is_active -> Bool,
    }
}

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = legacy_users)]
pub(super) struct LegacyUser {
    username: String,
}

#[get("/legacy")]
async fn legacy(user: MappedUser<LegacyUser>) -> impl Responder {
    user.username.clone()
}

pub(super) const TABLE: &str = "
    CREATE TABLE legacy_users (id INTEGER PRIMARY KEY, username VARCHAR(255) NOT NULL, is_active BOOLEAN NOT NULL);
    INSERT INTO legacy_users VALUES (1, 'reporting', TRUE), (2, 'retired', FALSE), (3, 'twin', TRUE), (4, 'twin', FALSE);
";

pub(super) struct Fixture {
    pub(super) cognito: LocalCognito,
    pub(super) api: Api,
}

impl Fixture {
    /// With a second for each lookup, which is the default.
    pub(super) async fn over(mapper: impl UserMapper<User = LegacyUser>) -> Self {
        Self::within(Duration::from_secs(1), mapper).await
    }

    pub(super) async fn within(
        mapping_timeout: Duration,
        mapper: impl UserMapper<User = LegacyUser>,
    ) -> Self {
        let cognito = LocalCognito::start().expect("a local Cognito");
        let settings = cognito.settings().user_mapping_enabled(true);
        let auth = CognitoAuth::builder()
            .settings(settings.mapping_timeout(mapping_timeout))
            .user_mapper(mapper)
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("keys");
        let api = Api::at(serve!(move || App::new()
            .wrap(auth.clone())
            .service(legacy)));
        Self { cognito, api }
    }

    pub(super) fn token(&self, client_id: &str) -> String {
        self.cognito.token(client_id).sign()
    }

    pub(super) async fn status_of(&self, token: &str) -> u16 {
        self.api.get("/legacy", token).await.status
    }

    pub(super) async fn status(&self, client_id: &str) -> u16 {
        self.status_of(&self.token(client_id)).await
    }

    /// Asks in the background.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(super) fn ask(&self, token: &str) -> actix_web::rt::task::JoinHandle<Answer> {
        let (api, token) = (self.api.clone(), token.to_owned());
        actix_web::rt::spawn(async move { api.get("/legacy", &token).await })
    }

    /// Asks until the user is there; till then the answer is 503 and nothing else.
    pub(super) async fn eventually_ok(&self, token: &str) {
        let started_at = Instant::now();
        loop {
            match self.status_of(token).await {
                200 => return,
                status => assert_eq!(status, 503),
            }
            let waited = started_at.elapsed();
            assert!(waited < Duration::from_secs(60), "the store stays away");
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A SQLite file of the test's own with the table, and a pool over it.
pub(super) fn database(
    name: &str,
    connections: u32,
) -> (String, Pool<ConnectionManager<SqliteConnection>>) {
    let path = std::env::temp_dir().join(format!("cognito-m2m-{name}-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let path = path.to_str().expect("UTF-8").to_owned();
    let mut connection = SqliteConnection::establish(&path).expect("a database");
    connection.batch_execute(TABLE).expect("a table");
    (path.clone(), sqlite::pool(&path, connections))
}
