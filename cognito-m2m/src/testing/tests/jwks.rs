use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use super::*;
use crate::testing::SigningKey;

fn kids_of(keys: &[Value]) -> Vec<&str> {
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect()
}

#[actix_web::test]
async fn two_keys_are_published_in_the_format_of_cognito() {
    let cognito = start();
    let response = get_jwks(&cognito).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(!response.headers().contains_key("cache-control"));

    let keys = published_keys(&cognito).await;
    assert_eq!(kids_of(&keys), cognito.kids());
    for key in &keys {
        let members: Vec<&String> = key.as_object().unwrap().keys().collect();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(key["e"], "AQAB");
        assert_eq!(key["n"].as_str().unwrap().len(), 342);
    }
}

#[actix_web::test]
async fn token_is_signed_with_the_published_key_of_its_kid() {
    let cognito = start();
    let token = cognito.token("reporting").sign();
    let keys = published_keys(&cognito).await;
    assert_eq!(header(&token)["kid"], keys[0]["kid"]);
    assert!(is_signed_with(&token, &keys[0]));
    assert!(!is_signed_with(&token, &keys[1]));
}

#[actix_web::test]
async fn rotation_replaces_both_keys() {
    let cognito = start();
    let before = cognito.kids();
    cognito.rotate_keys();
    let keys = published_keys(&cognito).await;
    assert_eq!(kids_of(&keys), cognito.kids());
    assert!(before.iter().all(|kid| !cognito.kids().contains(kid)));
    let token = cognito.token("reporting").sign();
    assert!(is_signed_with(&token, &keys[0]));
}

#[actix_web::test]
async fn promotion_signs_with_the_key_that_was_published_in_advance() {
    let cognito = start();
    let [_, next] = published_keys(&cognito).await.try_into().unwrap();
    cognito.promote_next_key();
    let keys = published_keys(&cognito).await;
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], next);
    assert!(is_signed_with(&cognito.token("reporting").sign(), &next));
}

#[actix_web::test]
async fn additional_entries_survive_rotation_and_can_repeat() {
    let cognito = start();
    let other = SigningKey::generate().unwrap();
    cognito.add_jwk(other.public_jwk());
    cognito.add_jwk(other.public_jwk());
    cognito.add_jwk(json!("not even an object"));
    cognito.rotate_keys();

    let keys = published_keys(&cognito).await;
    assert_eq!(keys.len(), 5);
    assert_eq!(keys[2], keys[3]);
    assert_eq!(keys[4], "not even an object");
    let token = cognito.token("reporting").signed_by(&other).sign();
    assert!(is_signed_with(&token, &keys[2]));
}

#[actix_web::test]
async fn replacement_body_is_published_until_it_is_cleared() {
    let cognito = start();
    cognito.set_jwks_body(&b"\xff<html>"[..], "text/html");
    let response = get_jwks(&cognito).await;
    assert_eq!(response.headers()["content-type"], "text/html");
    assert_eq!(&response.bytes().await.unwrap()[..], b"\xff<html>");

    cognito.clear_jwks_body();
    assert_eq!(published_keys(&cognito).await.len(), 2);
}

#[actix_web::test]
async fn cache_control_can_be_set_and_removed() {
    let cognito = start();
    cognito.set_cache_control(Some("public, max-age=90"));
    let response = get_jwks(&cognito).await;
    assert_eq!(response.headers()["cache-control"], "public, max-age=90");
    cognito.set_cache_control(None);
    let response = get_jwks(&cognito).await;
    assert!(!response.headers().contains_key("cache-control"));
}

#[actix_web::test]
async fn requests_are_counted_per_endpoint() {
    let cognito = start();
    assert_eq!((cognito.jwks_requests(), cognito.token_requests()), (0, 0));
    get_jwks(&cognito).await;
    get_jwks(&cognito).await;
    post_form(&cognito, "").await;
    let _ = cognito.token("reporting").sign();
    assert_eq!((cognito.jwks_requests(), cognito.token_requests()), (2, 1));
}

#[actix_web::test]
async fn unknown_path_is_404_and_wrong_method_is_405() {
    let cognito = start();
    let unknown = format!("{}/unknown", cognito.issuer());
    let response = http().get(unknown).send().await.unwrap();
    assert_eq!(response.status(), 404);
    let response = http().get(cognito.token_url()).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!((cognito.jwks_requests(), cognito.token_requests()), (0, 0));
}

#[test]
fn keys_are_served_to_a_test_without_a_runtime() {
    let cognito = start();
    let url = url::Url::parse(&cognito.jwks_url()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        url.path()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK") && response.contains(r#""keys":["#));
}
