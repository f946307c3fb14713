use std::time::{Duration, SystemTime};

use actix_web::rt;
use cognito_m2m::cutoff::{Cutoff, CutoffError, CutoffFuture, CutoffStore};
use cognito_m2m::testing::{Algorithm, EncodingKey, Endpoint, Fault, LocalCognito};
use cognito_m2m::{CognitoAuth, allow_client_ids, require_scopes};

use crate::app::Requests;
use crate::case::{Case, Inputs};
use crate::fixture;

/// Requests that a guarded app refuses, one case for each kind of refusal.
pub(crate) const CASES: &[Case] = &[
    Case::new("refused_no_token", 1_000, no_token),
    Case::new("refused_malformed_header", 1_000, malformed_header),
    Case::new("refused_too_long", 1_000, too_long),
    Case::new("refused_not_three_parts", 1_000, not_three_parts),
    Case::new("refused_not_json", 1_000, not_json),
    Case::new("refused_algorithm", 1_000, algorithm),
    Case::new("refused_foreign_issuer", 1_000, foreign_issuer),
    Case::new("refused_unknown_kid", 1_000, unknown_kid),
    Case::new("refused_keys_unavailable", 1_000, keys_unavailable),
    Case::new("refused_cutoffs_unavailable", 1_000, cutoffs_unavailable),
    Case::new("refused_client_cut_off", 1_000, client_cut_off),
    Case::new("refused_missing_scope", 1_000, missing_scope),
    Case::new("refused_client_not_allowed", 1_000, client_not_allowed),
    Case::new("refused_signature", 50, signature),
    Case::new("refused_token_use", 50, token_use),
    Case::new("refused_expired", 50, expired),
    Case::new("refused_not_yet_valid", 50, not_yet_valid),
];

#[require_scopes("widgets/read")]
async fn reader() -> &'static str {
    "ok"
}

#[require_scopes("widgets/delete")]
async fn other_scope() -> &'static str {
    "ok"
}

#[allow_client_ids("2k7m9f3qexample1h2j3k4l5m6")]
async fn other_client() -> &'static str {
    "ok"
}

fn no_token(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let requests = Requests::refused(None, 401, inputs.iterations);
    rt::System::new().block_on(requests.send_to_wrapped(auth, reader));
}

fn malformed_header(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let two_tokens = format!("{} two", fixture::token(&cognito).sign());
    refused_token(&cognito, &two_tokens, inputs);
}

fn too_long(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    refused_token(&cognito, &"a".repeat(33 * 1024), inputs);
}

fn not_three_parts(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let token = fixture::token(&cognito).sign();
    let (signing_input, _) = token.rsplit_once('.').expect("the token has three parts");
    refused_token(&cognito, signing_input, inputs);
}

fn not_json(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let token = fixture::token(&cognito).raw_payload("{").sign();
    refused_token(&cognito, &token, inputs);
}

fn algorithm(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let secret = EncodingKey::from_secret(&[1; 32]);
    let token = fixture::token(&cognito).signed_with(Algorithm::HS256, secret);
    refused_token(&cognito, &token.sign(), inputs);
}

fn foreign_issuer(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let token = fixture::token(&cognito).claim("iss", "https://issuer.example");
    refused_token(&cognito, &token.sign(), inputs);
}

/// During the cool-down, in which such tokens cause no fetch.
fn unknown_kid(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let token = fixture::token(&cognito).signed_by(&fixture::foreign_key());
    let settings = cognito.settings().jwks_cooldown(Duration::from_secs(3600));
    let requests = refused(401, &token.sign(), inputs);
    let auth = fixture::build(settings);
    rt::System::new().block_on(requests.send_to_wrapped(auth, reader));
}

/// After a shutdown, because requests wait while a running one retries to fetch the keys.
fn keys_unavailable(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(503, None, None)));
    let requests = refused(503, &fixture::token(&cognito).sign(), inputs);
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    rt::System::new().block_on(async {
        assert!(auth.prefetch().await.is_err());
        auth.shutdown().await;
        requests.send_to_wrapped(auth, reader).await;
    });
}

fn cutoffs_unavailable(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = CognitoAuth::builder()
        .settings(cognito.settings())
        .cutoff_store(UnavailableStore);
    let auth = fixture::with_keys(auth);
    let requests = refused(503, &fixture::token(&cognito).sign(), inputs);
    rt::System::new().block_on(requests.send_to_wrapped(auth, reader));
}

fn client_cut_off(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = CognitoAuth::builder()
        .settings(cognito.settings())
        .cutoff_store(OneCutoff);
    let auth = fixture::with_keys(auth);
    let requests = refused(401, &fixture::token(&cognito).sign(), inputs);
    rt::System::new().block_on(requests.send_to_wrapped(auth, reader));
}

/// With a known token.
fn missing_scope(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let requests = refused(403, &fixture::token(&cognito).sign(), inputs);
    rt::System::new().block_on(requests.send_to_wrapped(auth, other_scope));
}

/// With a known token.
fn client_not_allowed(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let requests = refused(403, &fixture::token(&cognito).sign(), inputs);
    rt::System::new().block_on(requests.send_to_wrapped(auth, other_client));
}

/// The signature of another token. One by another key may be too large a number for this key, and then
/// takes less time to refuse.
fn signature(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let other = fixture::token(&cognito).sign();
    let (_, signature) = other.rsplit_once('.').expect("the token has three parts");
    let token = fixture::token(&cognito).raw_signature(signature);
    refused_token(&cognito, &token.sign(), inputs);
}

fn token_use(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let token = fixture::token(&cognito).claim("token_use", "id");
    refused_token(&cognito, &token.sign(), inputs);
}

fn expired(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    refused_token(&cognito, &fixture::token(&cognito).expired().sign(), inputs);
}

fn not_yet_valid(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    // The same length as an accepted token, which the cost of the verification depends on.
    let token = fixture::token(&cognito).claim("iat", 9_999_999_999_u64);
    refused_token(&cognito, &token.sign(), inputs);
}

/// Requests with a token that the middleware refuses with status 401.
fn refused_token(cognito: &LocalCognito, token: &str, inputs: &Inputs<'_>) {
    let auth = fixture::build(cognito.settings());
    let requests = refused(401, token, inputs);
    rt::System::new().block_on(requests.send_to_wrapped(auth, reader));
}

fn refused(status: u16, token: &str, inputs: &Inputs<'_>) -> Requests {
    Requests::refused(Some(format!("Bearer {token}")), status, inputs.iterations)
}

/// A store with one client, whose tokens are refused.
struct OneCutoff;

impl CutoffStore for OneCutoff {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        Box::pin(async {
            let cutoff = Cutoff::new(fixture::CLIENT_ID, SystemTime::now());
            Ok(vec![cutoff.expect("the client ID is valid")])
        })
    }

    fn set(&self, _: Cutoff) -> CutoffFuture<'_, ()> {
        Box::pin(async { Err(CutoffError::Store("read-only".into())) })
    }

    fn lift<'a>(&'a self, _: &'a str) -> CutoffFuture<'a, bool> {
        Box::pin(async { Err(CutoffError::Store("read-only".into())) })
    }
}

/// A store that can't be read.
struct UnavailableStore;

impl CutoffStore for UnavailableStore {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        Box::pin(async { Err(CutoffError::Store("unavailable".into())) })
    }

    fn set(&self, _: Cutoff) -> CutoffFuture<'_, ()> {
        Box::pin(async { Err(CutoffError::Store("unavailable".into())) })
    }

    fn lift<'a>(&'a self, _: &'a str) -> CutoffFuture<'a, bool> {
        Box::pin(async { Err(CutoffError::Store("unavailable".into())) })
    }
}
