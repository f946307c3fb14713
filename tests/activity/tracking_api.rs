use std::time::Duration;

use actix_web::{App, HttpResponse, Responder, get};
use cognito_m2m::activity::ActivityStore;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, ServicePrincipal, Settings};
use cognito_m2m_tests::{Api, serve};

#[get("/me")]
async fn me(_: ServicePrincipal) -> impl Responder {
    HttpResponse::Ok()
}

/// A precision with which the stored times are read before each write, and which is shorter than the
/// time between two requests of a client, so that every request is written.
const SHORT_PRECISION: Duration = Duration::from_millis(1);

/// An API that records the activity of its clients in a store.
pub(super) struct TrackingApi {
    pub(super) cognito: LocalCognito,
    pub(super) auth: CognitoAuth,
    api: Api,
}

impl TrackingApi {
    pub(super) async fn start(store: impl ActivityStore) -> Self {
        Self::with_settings(store, |settings| settings).await
    }

    pub(super) async fn with_settings(
        store: impl ActivityStore,
        change: impl FnOnce(Settings) -> Settings,
    ) -> Self {
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let settings = cognito
            .settings()
            .track_client_activity(true)
            .activity_flush_interval(Duration::from_millis(100))
            .activity_precision(SHORT_PRECISION)
            .shutdown_timeout(Duration::from_secs(60));
        let auth = CognitoAuth::builder()
            .settings(change(settings))
            .activity_store(store)
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("the keys are fetched");
        let served = auth.clone();
        let api = Api::at(serve!(move || App::new().wrap(served.clone()).service(me)));
        Self { cognito, auth, api }
    }

    /// Sends a request as `client_id`, which must succeed.
    pub(super) async fn send_as(&self, client_id: &str) {
        let token = self.cognito.token(client_id).sign();
        assert_eq!(self.api.get("/me", &token).await.status, 200);
    }

    /// Sends requests with an invalid token and without a token.
    pub(super) async fn send_unauthenticated(&self) {
        assert_eq!(self.api.get("/me", "a.b.c").await.status, 401);
        assert_eq!(self.api.get_without_token("/me").await.status, 401);
    }
}
