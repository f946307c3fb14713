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

/// An API that tracks its clients.
pub(super) struct Tracking {
    pub(super) cognito: LocalCognito,
    pub(super) auth: CognitoAuth,
    api: Api,
}

impl Tracking {
    pub(super) async fn over(store: impl ActivityStore) -> Self {
        Self::with(store, |settings| settings).await
    }

    pub(super) async fn with(
        store: impl ActivityStore,
        change: impl FnOnce(Settings) -> Settings,
    ) -> Self {
        let cognito = LocalCognito::start().expect("a local Cognito");
        let settings = cognito
            .settings()
            .track_client_activity(true)
            .activity_flush_interval(Duration::from_millis(100))
            .shutdown_timeout(Duration::from_secs(60));
        let auth = CognitoAuth::builder()
            .settings(change(settings))
            .activity_store(store)
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("keys");
        let served = auth.clone();
        let api = Api::at(serve!(move || App::new().wrap(served.clone()).service(me)));
        Self { cognito, auth, api }
    }

    pub(super) async fn call(&self, client_id: &str) {
        let token = self.cognito.token(client_id).sign();
        assert_eq!(self.api.get("/me", &token).await.status, 200);
    }

    pub(super) async fn call_with_a_bad_token(&self) {
        assert_eq!(self.api.get("/me", "a.b.c").await.status, 401);
        assert_eq!(self.api.get_without_token("/me").await.status, 401);
    }
}
