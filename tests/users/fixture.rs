use cognito_m2m::testing::LocalCognito;
use cognito_m2m::users::UserMapper;
use cognito_m2m::{CognitoAuth, Settings};
use cognito_m2m_tests::{Answer, Api, Routes, serve_routes};

/// An API with a user mapper, and the user pool that its clients get their tokens from.
pub(crate) struct UserApi {
    pub(crate) cognito: LocalCognito,
    pub(crate) api: Api,
}

impl UserApi {
    /// Serves `routes` with settings derived from those of a new user pool.
    pub(crate) async fn start(
        mapper: impl UserMapper,
        routes: Routes,
        change: impl FnOnce(Settings) -> Settings,
    ) -> Self {
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let settings = change(cognito.settings());
        Self::with_pool(cognito, settings, mapper, routes).await
    }

    /// Serves `routes` with these settings, after fetching the signing keys.
    pub(crate) async fn with_pool(
        cognito: LocalCognito,
        settings: Settings,
        mapper: impl UserMapper,
        routes: Routes,
    ) -> Self {
        let auth = CognitoAuth::builder()
            .settings(settings)
            .user_mapper(mapper)
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("the keys are fetched");
        Self {
            cognito,
            api: serve_routes(auth, routes),
        }
    }

    pub(crate) fn token(&self, client_id: &str) -> String {
        self.cognito.token(client_id).sign()
    }

    pub(crate) async fn get(&self, path: &str, client_id: &str) -> Answer {
        self.api.get(path, &self.token(client_id)).await
    }
}
