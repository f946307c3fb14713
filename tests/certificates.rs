//! Machines without root certificates, such as slim container images: plain `http` needs none, and
//! the errors of `https` name the package to install.
//!
//! Only on Linux, where the certificates are files.

use cognito_m2m::client::{CallError, TokenClient, TokenClientBuildError};
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::{LocalClient, LocalCognito};
use cognito_m2m::{BuildError, CognitoAuth, Settings};
use cognito_m2m_tests::{CapturedLog, has_passed_with};

/// The variables with which a process finds no certificates.
const NO_CERTIFICATES: [(&str, &str); 2] = [
    ("SSL_CERT_FILE", "/dev/null"),
    ("SSL_CERT_DIR", "/dev/null/none"),
];

fn start_cognito() -> LocalCognito {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.register(
        LocalClient::new("reporting")
            .secret("s3cret")
            .scopes(["widgets/read"]),
    );
    cognito
}

fn token_client(cognito: &LocalCognito) -> TokenClient {
    TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("reporting")
        .client_secret("s3cret")
        .build()
        .expect("a token client")
}

#[actix_web::test]
async fn plain_http_needs_no_certificates() {
    if has_passed_with(plain_http_needs_no_certificates, &NO_CERTIFICATES) {
        return;
    }
    let log = CapturedLog::start();
    let cognito = start_cognito();
    let auth = CognitoAuth::new(cognito.settings()).expect("the middleware is built");
    assert_eq!(log.lines_with("cognito-m2m is ready").len(), 1);

    let tokens = token_client(&cognito);
    let token = tokens.token("widgets/read").await.expect("a token");
    let principal = auth.validate_token(token.secret()).await;
    assert_eq!(
        principal.expect("a valid token").client_id().as_str(),
        "reporting"
    );

    let jwks_url = cognito.jwks_url();
    let (origin, _) = jwks_url
        .split_once("/us-east-1")
        .expect("the path of a pool");
    let bind = || {
        tokens
            .for_origins([origin], "widgets/read")
            .expect("an origin")
    };
    let with_builder = bind().into_client_with(cognito_m2m::reqwest::Client::builder());
    for client in [bind().into_client(), with_builder] {
        let client = client.expect("a client for plain http");
        let response = client.get(&jwks_url).send().await.expect("a response");
        assert_eq!(response.status(), 200);
    }
}

#[actix_web::test]
async fn keys_that_are_not_fetched_need_no_certificates() {
    if has_passed_with(
        keys_that_are_not_fetched_need_no_certificates,
        &NO_CERTIFICATES,
    ) {
        return;
    }
    let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Local0001";
    let cognito = LocalCognito::builder().issuer(issuer);
    let cognito = cognito.start().expect("the local Cognito starts");
    let key = cognito.signing_key().public_jwk();
    let settings = Settings::default()
        .user_pool_id("us-east-1_Local0001")
        .jwks(serde_json::json!({ "keys": [key] }).to_string())
        .jwks_fetch(false);
    let auth = CognitoAuth::new(settings).expect("the middleware is built");
    let token = cognito.token("reporting").sign();
    auth.validate_token(&token).await.expect("a valid token");
}

#[actix_web::test]
async fn https_without_certificates_is_an_error_that_names_the_package() {
    if has_passed_with(
        https_without_certificates_is_an_error_that_names_the_package,
        &NO_CERTIFICATES,
    ) {
        return;
    }
    let log = CapturedLog::start();
    let cognito = start_cognito();
    let https = || {
        Settings::default()
            .region("us-east-1")
            .user_pool_id("us-east-1_AbCdEfGhI")
    };
    let pool = PoolSettings::default().user_pool_id("us-east-1_JkLmNoPqR");
    for settings in [https(), cognito.settings().pool("tenant", pool)] {
        let error = CognitoAuth::new(settings).expect_err("no certificates");
        assert!(matches!(error, BuildError::HttpClient(_)), "{error:?}");
        assert!(error.to_string().contains("`ca-certificates`"), "{error}");
    }
    assert_eq!(log.lines_with("cognito-m2m is ready"), [""; 0]);
    assert_eq!(log.lines_with("weakens security"), [""; 0]);

    let tokens = TokenClient::builder().domain("example", "us-east-1");
    let tokens = tokens
        .client_id("reporting")
        .client_secret("s3cret")
        .build();
    let error = tokens.expect_err("no certificates");
    assert!(
        matches!(error, TokenClientBuildError::HttpClient(_)),
        "{error:?}"
    );
    assert!(error.to_string().contains("`ca-certificates`"), "{error}");

    for origins in [
        &["https://api.example"][..],
        &["http://127.0.0.1:9000", "https://api.example"],
    ] {
        let tokens = token_client(&cognito).for_origins(origins, "widgets/read");
        let error = tokens.expect("valid origins").into_client();
        let error = error.expect_err("no certificates");
        assert!(matches!(error, CallError::HttpClient(_)), "{error:?}");
        assert!(error.to_string().contains("`ca-certificates`"), "{error}");
    }
}
