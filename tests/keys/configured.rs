//! Keys from `jwks_file` and `Settings::jwks`, with fetches that fail and without fetches.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use super::*;
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::{TestClock, TokenBuilder};
use cognito_m2m::{BuildError, CognitoAuth, Settings};
use serde_json::{Value, json};

const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Local0001";

/// A file with a JWK Set, removed at the end of the test.
struct KeyFile(PathBuf);

impl KeyFile {
    fn new(text: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cognito-m2m-keys-{}-{number}.json", process::id());
        let file = Self(env::temp_dir().join(name));
        file.replace(text);
        file
    }

    /// Replaces the file by renaming another one, as deployments do.
    fn replace(&self, text: &str) {
        let other = self.0.with_extension("new");
        fs::write(&other, text).expect("the file can be written");
        fs::rename(&other, &self.0).expect("the file can be renamed");
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a path in UTF-8")
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn jwks(keys: &[&SigningKey]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| key.public_jwk()).collect();
    json!({ "keys": keys }).to_string()
}

fn key() -> SigningKey {
    SigningKey::generate().expect("an RSA key")
}

fn down(cognito: &LocalCognito) {
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
}

/// A pool that is given by its ID, and whose keys are not fetched.
struct WithoutFetch {
    cognito: LocalCognito,
    clock: TestClock,
    auth: CognitoAuth,
}

impl WithoutFetch {
    fn start(configure: impl FnOnce(&LocalCognito, Settings) -> Settings) -> Self {
        let clock = TestClock::new();
        let builder = LocalCognito::builder().clock(clock.clone()).issuer(ISSUER);
        let cognito = builder.start().expect("the local Cognito starts");
        let settings = Settings::default()
            .user_pool_id("us-east-1_Local0001")
            .jwks_fetch(false);
        let auth = CognitoAuth::builder()
            .settings(configure(&cognito, settings))
            .clock(clock.clone())
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        Self {
            cognito,
            clock,
            auth,
        }
    }

    fn token(&self) -> TokenBuilder {
        self.cognito.token("reporting").expires_in(seconds(86_000))
    }

    async fn refusal_of(&self, token: &str) -> Option<&'static str> {
        let validated = self.auth.validate_token(token).await;
        validated.err().map(|refusal| refusal.reason())
    }
}

#[actix_web::test]
async fn rule_2_8_keys_of_the_file_serve_until_a_fetch_succeeds() {
    let withdrawn = key();
    let file = KeyFile::new(&jwks(&[&withdrawn]));
    let fixture = AuthFixture::without_prefetch(|cognito, settings| {
        down(cognito);
        settings.jwks_file(file.path())
    });
    fixture.auth.prefetch().await.expect("the keys of the file");
    let token = fixture.token().signed_by(&withdrawn).sign();
    assert_eq!(fixture.refusal_of(&token).await, None);
    eventually("the fetch has failed", || last_error(&fixture).is_some()).await;
    assert_eq!(fixture.refusal_of(&token).await, None, "from the cache");
    let again = fixture.token().signed_by(&withdrawn).sign();
    assert_eq!(fixture.refusal_of(&again).await, None);
    assert!(fixture.auth.health().is_ready());
    let unknown = token_with_unknown_kid(&fixture);
    assert_eq!(fixture.refusal_of(&unknown).await, Some("keys_unavailable"));

    fixture.cognito.set_fault(Endpoint::Jwks, None);
    eventually("the keys are fetched", || {
        fixture.clock.advance(seconds(60));
        last_error(&fixture).is_none()
    })
    .await;
    let valid = fixture.token().sign();
    assert_eq!(fixture.refusal_of(&valid).await, None);
    for token in [&token, &again] {
        assert_eq!(fixture.refusal_of(token).await, Some("unknown_kid"));
    }
    // They don't come back.
    down(&fixture.cognito);
    fixture.clock.advance(seconds(300));
    eventually("a refresh has failed", || last_error(&fixture).is_some()).await;
    let late = fixture.token().signed_by(&withdrawn).sign();
    assert_eq!(fixture.refusal_of(&late).await, Some("keys_unavailable"));
}

#[actix_web::test]
async fn rule_2_8_keys_of_the_file_end_after_jwks_max_stale() {
    let key = key();
    let fixture = AuthFixture::without_prefetch(|cognito, settings| {
        down(cognito);
        settings.jwks(jwks(&[&key])).jwks_max_stale(seconds(3_600))
    });
    let token = fixture.token().signed_by(&key).expires_in(seconds(80_000));
    let token = token.sign();
    fixture.clock.advance(seconds(3_599));
    assert_eq!(fixture.refusal_of(&token).await, None);
    fixture.clock.advance(seconds(1));
    assert_eq!(fixture.refusal_of(&token).await, Some("keys_unavailable"));
    assert!(!fixture.auth.health().is_ready());
}

#[actix_web::test]
async fn pool_without_fetches_works_with_its_id_and_a_file_alone() {
    let mut file = None;
    let pool = WithoutFetch::start(|cognito, settings| {
        let keys = KeyFile::new(&jwks(&[&cognito.signing_key()]));
        settings.jwks_file(file.insert(keys).path())
    });
    pool.auth.prefetch().await.expect("the keys of the file");
    assert!(pool.auth.health().is_ready());
    assert_eq!(pool.refusal_of(&pool.token().sign()).await, None);
    let updated = "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_Local0001";
    let token = pool.token().claim("iss", updated).sign();
    assert_eq!(pool.refusal_of(&token).await, None, "both issuers");
    let token = pool.token().kid("unknown").sign();
    assert_eq!(pool.refusal_of(&token).await, Some("unknown_kid"));
    let forged = pool
        .token()
        .signed_by(&key())
        .kid(pool.cognito.kids()[0].as_str());
    assert_eq!(pool.refusal_of(&forged.sign()).await, Some("signature"));
    pool.clock.advance(seconds(80_000));
    assert_eq!(pool.refusal_of(&pool.token().sign()).await, None);
    assert_eq!(pool.cognito.jwks_requests(), 0);
}

#[actix_web::test]
async fn file_is_read_again_and_a_bad_file_keeps_the_last_good_keys() {
    let (first, second) = (key(), key());
    let file = KeyFile::new(&jwks(&[&first]));
    let pool = WithoutFetch::start(|_, settings| settings.jwks_file(file.path()));
    let signed_by = |key: &SigningKey| pool.token().signed_by(key).sign();
    let (old, new) = (signed_by(&first), signed_by(&second));
    assert_eq!(pool.refusal_of(&old).await, None);
    assert_eq!(pool.refusal_of(&new).await, Some("unknown_kid"));
    let error = || {
        let health = pool.auth.health();
        health.pools()[0].sources()[0]
            .last_error()
            .map(str::to_owned)
    };

    for (text, problem) in [
        ("<html>", "not a JWK Set"),
        (r#"{"keys":[]}"#, "no RSA signing key"),
        ("", "not a JWK Set"),
    ] {
        file.replace(text);
        eventually("the file is read", || {
            pool.clock.advance(seconds(300));
            error().is_some_and(|error| error.contains(problem))
        })
        .await;
        assert_eq!(pool.refusal_of(&signed_by(&first)).await, None, "{text}");
        assert!(pool.auth.health().is_ready());
    }
    fs::remove_file(&file.0).expect("the file exists");
    eventually("the file is missed", || {
        pool.clock.advance(seconds(300));
        error().is_some_and(|error| error.contains("failed to read the file"))
    })
    .await;
    assert_eq!(pool.refusal_of(&signed_by(&first)).await, None);

    file.replace(&jwks(&[&second]));
    eventually("the file is read again", || {
        pool.clock.advance(seconds(300));
        error().is_none()
    })
    .await;
    assert_eq!(pool.refusal_of(&new).await, None);
    assert_eq!(pool.refusal_of(&old).await, Some("unknown_kid"), "cached");
}

#[actix_web::test]
async fn pool_without_fetches_may_have_any_issuer() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = Settings::default()
        .issuer(cognito.issuer())
        .jwks_fetch(false)
        .jwks(jwks(&[&cognito.signing_key()]));
    let auth = CognitoAuth::new(settings).unwrap_or_else(|error| panic!("{error}"));
    let token = cognito.token("reporting").sign();
    auth.validate_token(&token).await.expect("a valid token");
    assert_eq!(cognito.jwks_requests(), 0);
}

#[actix_web::test]
async fn each_pool_decides_whether_keys_are_fetched() {
    let tenant = LocalCognito::start().expect("the local Cognito starts");
    let pool = PoolSettings::default()
        .issuer(tenant.issuer())
        .jwks_fetch(false)
        .jwks(jwks(&[&tenant.signing_key()]));
    let fixture = AuthFixture::with_settings(|settings| settings.pool("tenant", pool)).await;
    assert_eq!(fixture.refusal_of(&fixture.token().sign()).await, None);
    let token = tenant.token("reporting").sign();
    let principal = fixture.validate(&token).await.expect("a valid token");
    assert_eq!(principal.pool().as_str(), "tenant");
    assert_eq!(
        (fixture.cognito.jwks_requests(), tenant.jwks_requests()),
        (1, 0)
    );
}

/// Returns the faults of a pool with these settings.
fn faults(settings: Value) -> Vec<String> {
    let settings: Settings = serde_json::from_value(settings).expect("a map");
    faults_of(settings)
}

fn faults_of(settings: Settings) -> Vec<String> {
    match CognitoAuth::new(settings) {
        Ok(_) => Vec::new(),
        Err(BuildError::Settings(error)) => {
            error.faults().iter().map(ToString::to_string).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn unusable_files_and_texts_are_faults_that_quote_nothing() {
    let id = "us-east-1_Local0001";
    let missing = faults(json!({"user_pool_id": id, "jwks_file": "/nonexistent/m4rker"}));
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(
        missing[0].starts_with("`jwks_file` (COGNITO_M2M_JWKS_FILE): failed to read the file: ")
    );
    assert!(!missing[0].contains("m4rker"), "{missing:?}");

    let private = json!({"keys": [{"kty": "RSA", "kid": "m4rker", "d": "m4rker", "n": "m4rker"}]});
    for (text, problem) in [
        (
            "m4rker",
            "not a JWK Set (RFC 7517 section 5): line 1, column 1",
        ),
        (r#"{"keys":"m4rker"}"#, "not a JWK Set"),
        (&private.to_string(), "no RSA signing key"),
    ] {
        let file = KeyFile::new(text);
        let of_file = faults(json!({"user_pool_id": id, "jwks_file": file.path()}));
        let settings = Settings::default().user_pool_id(id);
        let of_text = faults_of(settings.clone().jwks(text));
        let tenant = PoolSettings::default()
            .user_pool_id("eu-west-1_b")
            .jwks(text);
        let of_pool = faults_of(settings.pool("tenant", tenant));
        for (faults, setting) in [
            (of_file, "`jwks_file` (COGNITO_M2M_JWKS_FILE)"),
            (of_text, "`jwks(..)`"),
            (of_pool, "`pools.tenant.jwks(..)`"),
        ] {
            assert_eq!(faults.len(), 1, "{text}: {faults:?}");
            assert!(faults[0].starts_with(&format!("{setting}: ")), "{faults:?}");
            assert!(faults[0].contains(problem), "{faults:?}");
            assert!(!faults[0].contains("m4rker"), "{faults:?}");
        }
    }

    let directory = env::temp_dir();
    let directory = directory.to_str().expect("a path in UTF-8");
    assert_eq!(
        faults(json!({"user_pool_id": id, "jwks_file": directory})).len(),
        1
    );
    let large = KeyFile::new(&" ".repeat(600 * 1024));
    let large = faults(json!({"user_pool_id": id, "jwks_file": large.path()}));
    assert!(large[0].contains("larger than 524288 bytes"), "{large:?}");
}

#[test]
fn contradictions_are_faults() {
    let id = "us-east-1_Local0001";
    let without_keys = faults(json!({"user_pool_id": id, "jwks_fetch": false}));
    assert_eq!(without_keys.len(), 1, "{without_keys:?}");
    assert!(without_keys[0].contains("COGNITO_M2M_JWKS_FETCH): requires `jwks_file`"));
    let file = KeyFile::new(&jwks(&[&key()]));
    let both = Settings::default().user_pool_id(id).jwks_file(file.path());
    assert!(faults_of(both.clone()).is_empty());
    let both = faults_of(both.jwks(jwks(&[&key()])));
    assert!(both[0].contains("can't be combined"), "{both:?}");
    let debug = format!("{:?}", Settings::default().jwks("m4rker"));
    assert!(!debug.contains("m4rker"), "{debug}");
}
