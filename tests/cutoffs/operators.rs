//! An API with the service and the page for operators.

use std::future::pending;
use std::sync::Arc;

use actix_web::App;
use cognito_m2m::activity::ActivityStore;
use cognito_m2m::activity::{ActivityReader, ClientActivity, SqliteActivity, Timestamp};
use cognito_m2m::cutoff::{Cutoff, CutoffError, CutoffFuture, CutoffStore};
use cognito_m2m::reqwest::{Method, RequestBuilder};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{ClientActivityPage, ClientCutoffs, CognitoAuth, Policy};
use cognito_m2m_tests::{Answer, Api, serve};
use serde_json::Value;

use super::suite::{NOON, at};
use crate::sqlite_file::sqlite_path;

/// The service at `/admin/cutoffs`, and the page at `/clients`.
pub(super) struct Operators {
    cognito: LocalCognito,
    pub(super) http: Api,
}

impl Operators {
    /// Serves the page with the clients `Client-1`, `Client-2` and `<b>`, which have been seen.
    pub(super) async fn start(name: &str, store: impl CutoffStore + Clone) -> Self {
        let reader = clients(&format!("operators-{name}")).await;
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let auth = CognitoAuth::builder()
            .settings(cognito.settings())
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let policy = Policy::scopes(["widgets/admin"]).expect("the scope is valid");
        let service = ClientCutoffs::new("/admin/cutoffs/", store.clone(), policy);
        let page = ClientActivityPage::new("/clients", reader).cutoffs(store);
        let http = Api::at(serve!(move || {
            App::new()
                .wrap(auth.clone())
                .service(service.clone())
                .service(page.clone().danger_unguarded())
        }));
        Self { cognito, http }
    }

    pub(super) fn token(&self, scope: &str) -> String {
        self.cognito.token("operator").scopes([scope]).sign()
    }

    /// Returns a request of a caller whom the policy admits.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let token = self.token("widgets/admin");
        self.http
            .request(method, &format!("/admin/cutoffs{path}"))
            .bearer_auth(token)
    }

    pub(super) async fn put(&self, client_id: &str, body: impl Into<String>) -> Answer {
        let request = self.request(Method::PUT, &format!("/{client_id}"));
        Answer::receive(request.body(body.into())).await
    }

    pub(super) async fn delete(&self, client_id: &str) -> Answer {
        Answer::receive(self.request(Method::DELETE, &format!("/{client_id}"))).await
    }

    /// Returns the list of cut-offs.
    pub(super) async fn list(&self) -> Vec<Value> {
        let answer = Answer::receive(self.request(Method::GET, "")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body: Value = serde_json::from_str(&answer.body).expect("the body is JSON");
        body["cutoffs"].as_array().expect("an array").clone()
    }

    pub(super) async fn page(&self, query: &str) -> Answer {
        self.http
            .get_without_token(&format!("/clients{query}"))
            .await
    }
}

async fn clients(name: &str) -> impl ActivityReader + use<> {
    let mut activity = SqliteActivity::new(sqlite_path(name));
    activity.migrate().await.expect("the migration runs");
    let seen = Timestamp::from(std::time::Duration::from_secs(NOON));
    let clients = ["Client-1", "Client-2", "<b>"].map(|client_id| ClientActivity {
        client_id: client_id.into(),
        first_seen_at: seen,
        last_seen_at: seen,
    });
    let reader = activity.reader();
    let written = activity.write(Arc::new(clients)).await;
    written.expect("the clients are written");
    reader
}

/// A store that fails with an error whose text must not reach a caller.
#[derive(Clone)]
pub(super) struct FailingStore;

impl FailingStore {
    fn fail<T: Send>() -> CutoffFuture<'static, T> {
        Box::pin(async { Err(CutoffError::Store("the disk is on fire".into())) })
    }
}

impl CutoffStore for FailingStore {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        Self::fail()
    }

    fn set(&self, _: Cutoff) -> CutoffFuture<'_, ()> {
        Self::fail()
    }

    fn lift<'a>(&'a self, _: &'a str) -> CutoffFuture<'a, bool> {
        Self::fail()
    }
}

/// A store that never answers.
#[derive(Clone)]
pub(super) struct HangingStore;

impl CutoffStore for HangingStore {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        Box::pin(pending())
    }

    fn set(&self, _: Cutoff) -> CutoffFuture<'_, ()> {
        Box::pin(pending())
    }

    fn lift<'a>(&'a self, _: &'a str) -> CutoffFuture<'a, bool> {
        Box::pin(pending())
    }
}

/// A store with these cut-offs, which cannot be changed.
#[derive(Clone)]
pub(super) struct FixedStore(pub(super) Vec<Cutoff>);

impl FixedStore {
    /// Creates a store with cut-offs at noon, one second apart.
    pub(super) fn numbered(number: u64) -> Self {
        let cutoffs = (1..=number).map(|number| {
            Cutoff::new(format!("client-{number:05}"), at(NOON + number))
                .expect("the client ID is valid")
        });
        Self(cutoffs.collect())
    }
}

impl CutoffStore for FixedStore {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        let cutoffs = self.0.clone();
        Box::pin(async { Ok(cutoffs) })
    }

    fn set(&self, _: Cutoff) -> CutoffFuture<'_, ()> {
        FailingStore::fail()
    }

    fn lift<'a>(&'a self, _: &'a str) -> CutoffFuture<'a, bool> {
        FailingStore::fail()
    }
}
