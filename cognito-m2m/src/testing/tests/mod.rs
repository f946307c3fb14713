//! Tests of the local Cognito over real HTTP.

mod clock;
mod deleted_scopes;
mod discovery;
mod faults;
mod jwks;
mod lifecycle;
mod rotation;
mod sources;
mod token_requests;
mod tokens;
mod trigger;

use std::time::Duration;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Response};
use serde_json::Value;

use super::{LocalClient, LocalCognito};

fn start() -> LocalCognito {
    let cognito = LocalCognito::start().unwrap();
    let client = LocalClient::new("reporting")
        .secret("s3cret")
        .second_secret("n3xt")
        .scopes(["widgets/read", "widgets/write"]);
    cognito.register(client);
    cognito
}

// The timeout fails a test that waits for a missing response.
fn http() -> Client {
    Client::builder()
        .timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

async fn get_jwks(cognito: &LocalCognito) -> Response {
    http().get(cognito.jwks_url()).send().await.unwrap()
}

async fn published_keys(cognito: &LocalCognito) -> Vec<Value> {
    let mut document = json(get_jwks(cognito).await).await;
    serde_json::from_value(document["keys"].take()).unwrap()
}

async fn post_form(cognito: &LocalCognito, form: &str) -> Response {
    http()
        .post(cognito.token_url())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .unwrap()
}

async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn decoded(token: &str, part: usize) -> String {
    let part = token.split('.').nth(part).unwrap();
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn header(token: &str) -> Value {
    serde_json::from_str(&decoded(token, 0)).unwrap()
}

fn claims(token: &str) -> Value {
    serde_json::from_str(&decoded(token, 1)).unwrap()
}

fn is_signed_with(token: &str, jwk: &Value) -> bool {
    let component = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let key = RsaPublicKeyComponents {
        n: component("n"),
        e: component("e"),
    };
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature)
        .is_ok()
}
