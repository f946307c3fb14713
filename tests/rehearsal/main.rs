//! Attributes with `danger_report_only`: the requests that they deny are served and logged.
//!
//! This is a separate binary, because its handlers name client groups that the applications of other
//! tests don't define, and because the tests of `deny_report_only` list all of its rules.

mod acceptance;
mod cases;
mod mixtures;
mod names;
mod rules;
mod start_up;
mod unaffected;

use actix_web::{HttpRequest, HttpResponse};
use cognito_m2m::error::Refusal;
use cognito_m2m::testing::{LocalCognito, TokenBuilder};
use cognito_m2m::{CognitoAuth, DefaultResponder, RefusalResponder, Settings};
use cognito_m2m_tests::{Api, CapturedLog, Routes, serve_routes};

/// Hides the route from clients that the rule denies.
fn not_found(refusal: &Refusal, request: &HttpRequest) -> HttpResponse {
    match refusal {
        Refusal::Authorization(_) => HttpResponse::NotFound().finish(),
        _ => DefaultResponder::default().respond(refusal, request),
    }
}

/// A server that accepts tokens of two user pools: the default one and `tenant`.
struct Fixture {
    default: LocalCognito,
    tenant: LocalCognito,
    api: Api,
}

impl Fixture {
    async fn start(routes: Routes) -> Self {
        Self::with_settings(routes, |settings| settings).await
    }

    async fn with_settings(routes: Routes, change: impl FnOnce(Settings) -> Settings) -> Self {
        let default = LocalCognito::start().expect("the local Cognito starts");
        let tenant = LocalCognito::builder()
            .user_pool_id("eu-west-1_Tenant")
            .start()
            .expect("the second local Cognito starts");
        let settings = default
            .settings()
            .pool("tenant", tenant.pool_settings())
            .client_group("reporting", ["analyst"]);
        let auth = CognitoAuth::new(change(settings)).unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("the keys are fetched");
        let api = serve_routes(auth, routes);
        Self {
            default,
            tenant,
            api,
        }
    }

    /// Returns an unsigned token of `client_id`, or of `tenant:client_id`.
    fn unsigned_token(&self, client: &str, scope: &str) -> TokenBuilder {
        let token = match client.split_once(':') {
            Some((_, client)) => self.tenant.token(client),
            None => self.default.token(client),
        };
        token.scope(scope)
    }

    fn token(&self, client: &str, scope: &str) -> String {
        self.unsigned_token(client, scope).sign()
    }

    /// Sends a `GET` request and returns the status of the response.
    async fn get(&self, path: &str, client: &str, scope: &str) -> u16 {
        let token = self.token(client, scope);
        self.api.get(path, &token).await.status
    }
}

/// Returns the lines of denials that were only reported.
fn reported(log: &CapturedLog) -> Vec<String> {
    log.lines_with(": would_refuse ")
}
