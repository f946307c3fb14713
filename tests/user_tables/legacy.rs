//! A legacy user table, and an API that maps its clients to the users in that table.

use std::time::{Duration, Instant};

use actix_web::{Responder, get, web};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::users::UserMapper;
use cognito_m2m::{MappedUser, RequestUser};
use cognito_m2m_tests::Answer;
use diesel::prelude::*;

use crate::users::UserApi;

diesel::table! {
    legacy_users (id) {
        id -> Integer,
        username -> Text,
        is_active -> Bool,
    }
}

/// Creates and fills the table, in every dialect of SQL.
pub(super) const CREATE_TABLE: &str = "
    CREATE TABLE legacy_users (id INTEGER PRIMARY KEY, username VARCHAR(255) NOT NULL, is_active BOOLEAN NOT NULL);
    INSERT INTO legacy_users VALUES (1, 'reporting', TRUE), (2, 'retired', FALSE), (3, 'twin', TRUE), (4, 'twin', FALSE),
        (5, 'double', TRUE), (6, 'double', TRUE), (7, 'double', FALSE), (8, 'gone', FALSE), (9, 'gone', FALSE);
";

/// The default of `mapping_timeout`.
const DEFAULT_LOOKUP_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = legacy_users)]
pub(super) struct LegacyUser {
    username: String,
}

#[get("/legacy")]
async fn show_user(user: MappedUser<LegacyUser>) -> impl Responder {
    user.username.clone()
}

#[get("/any")]
async fn show_any_user(user: RequestUser<LegacyUser>) -> impl Responder {
    match user {
        RequestUser::Mapped(user) => user.username.clone(),
        RequestUser::Proxy(_) => "(proxy)".to_owned(),
        RequestUser::Anonymous => "(anonymous)".to_owned(),
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(show_user).service(show_any_user);
}

/// An API with a handler that requires a user from the table, and one that takes any user.
pub(super) struct LegacyApi(UserApi);

impl LegacyApi {
    pub(super) async fn start(mapper: impl UserMapper<User = LegacyUser>) -> Self {
        Self::with_lookup_timeout(DEFAULT_LOOKUP_TIMEOUT, mapper).await
    }

    pub(super) async fn with_lookup_timeout(
        timeout: Duration,
        mapper: impl UserMapper<User = LegacyUser>,
    ) -> Self {
        let users = UserApi::start(mapper, routes, |settings| {
            settings
                .user_mapping_enabled(true)
                .return_user_proxy(true)
                .mapping_timeout(timeout)
        });
        Self(users.await)
    }

    pub(super) fn cognito(&self) -> &LocalCognito {
        &self.0.cognito
    }

    pub(super) fn token(&self, client_id: &str) -> String {
        self.0.token(client_id)
    }

    pub(super) async fn get_with(&self, token: &str) -> Answer {
        self.0.api.get("/legacy", token).await
    }

    pub(super) async fn status_with(&self, token: &str) -> u16 {
        self.get_with(token).await.status
    }

    pub(super) async fn status_of(&self, client_id: &str) -> u16 {
        self.0.get("/legacy", client_id).await.status
    }

    /// Sends a request to the handler that takes any user, mapped or not.
    pub(super) async fn any_user_of(&self, client_id: &str) -> Answer {
        self.0.get("/any", client_id).await
    }

    /// Sends a request on another task.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(super) fn spawn_request(&self, token: &str) -> actix_web::rt::task::JoinHandle<Answer> {
        let (api, token) = (self.0.api.clone(), token.to_owned());
        actix_web::rt::spawn(async move { api.get("/legacy", &token).await })
    }

    /// Repeats a request until it succeeds. The only other status may be 503.
    pub(super) async fn wait_until_available(&self, token: &str) {
        let started_at = Instant::now();
        loop {
            match self.status_with(token).await {
                200 => return,
                status => assert_eq!(status, 503),
            }
            let waited = started_at.elapsed();
            assert!(
                waited < Duration::from_secs(60),
                "the user store is still unavailable after a minute"
            );
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
