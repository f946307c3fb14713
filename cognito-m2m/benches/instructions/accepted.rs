use std::sync::Arc;

use actix_web::rt;
use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};
use cognito_m2m::settings::UnguardedRoutes;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, require_scopes};

use crate::app::Requests;
use crate::case::{Case, Inputs};
use crate::fixture;

/// Requests that are accepted, with tokens of about 900 bytes except in `guarded_50_scopes`.
pub(crate) const CASES: &[Case] = &[
    Case::new("bare", 1_000, bare),
    Case::new("middleware", 1_000, middleware),
    Case::new("guarded", 1_000, guarded),
    Case::new("guarded_with_activity", 1_000, with_activity),
    Case::new("guarded_50_scopes", 1_000, with_50_scopes),
    Case::new("guarded_10_000_clients", 10_000, of_10_000_clients).with_many_tokens(),
    Case::new("guarded_first_sight", 50, at_first_sight).with_many_tokens(),
];

async fn unguarded_handler() -> &'static str {
    "ok"
}

#[require_scopes("widgets/read")]
async fn guarded_handler() -> &'static str {
    "ok"
}

fn bare(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let requests = with_one_token(&cognito, inputs);
    rt::System::new().block_on(requests.send_to_bare(unguarded_handler));
}

fn middleware(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let settings = cognito.settings().unguarded_routes(UnguardedRoutes::Allow);
    let auth = fixture::build(settings);
    let requests = with_one_token(&cognito, inputs);
    rt::System::new().block_on(requests.send_to_wrapped(auth, unguarded_handler));
}

fn guarded(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let requests = with_one_token(&cognito, inputs);
    rt::System::new().block_on(requests.send_to_wrapped(auth, guarded_handler));
}

fn with_activity(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = CognitoAuth::builder()
        .settings(cognito.settings().track_client_activity(true))
        .activity_store(DiscardingStore);
    let auth = fixture::with_keys(auth);
    let requests = with_one_token(&cognito, inputs);
    rt::System::new().block_on(requests.send_to_wrapped(auth, guarded_handler));
}

fn with_50_scopes(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let scopes = fixture::scopes(50);
    let token = fixture::token(&cognito).scopes(scopes).sign();
    let requests = Requests::accepted(vec![token], inputs.iterations);
    rt::System::new().block_on(requests.send_to_wrapped(auth, guarded_handler));
}

/// The requests of all clients in turn, whose tokens the worker knows.
fn of_10_000_clients(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let tokens = inputs.many_tokens();
    let auth = fixture::build(cognito.settings().token_cache_entries(4 * tokens.len()));
    rt::System::new().block_on(async {
        for token in &tokens {
            auth.validate_token(token)
                .await
                .expect("the token is valid");
        }
        let requests = Requests::accepted(tokens, inputs.iterations);
        requests.send_to_wrapped(auth, guarded_handler).await;
    });
}

/// Requests with distinct tokens, each of which is verified and inserted into the shared cache.
fn at_first_sight(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let requests = Requests::accepted_at_first_sight(inputs.many_tokens(), inputs.iterations);
    rt::System::new().block_on(requests.send_to_wrapped(auth, guarded_handler));
}

fn with_one_token(cognito: &LocalCognito, inputs: &Inputs<'_>) -> Requests {
    let token = fixture::token(cognito).sign();
    assert!(
        (850..=1_000).contains(&token.len()),
        "{} bytes",
        token.len()
    );
    Requests::accepted(vec![token], inputs.iterations)
}

/// A store that discards everything, since requests do not wait for the store.
struct DiscardingStore;

impl ActivityStore for DiscardingStore {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, _: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }
}
