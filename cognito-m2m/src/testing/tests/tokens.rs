use aws_lc_rs::hmac;

use super::*;
use crate::testing::{Algorithm, EncodingKey, SigningKey};

fn names(text: &str) -> Vec<&str> {
    // The flat object's own order, which `Value` would sort away.
    text.trim_matches(['{', '}'])
        .split(',')
        .map(|member| member.split('"').nth(1).unwrap())
        .collect()
}

fn number(claims: &Value, name: &str) -> u64 {
    claims[name].as_u64().unwrap()
}

#[test]
fn untouched_token_is_that_of_cognito() {
    let cognito = start();
    let token = cognito.token("reporting").sign();
    assert_eq!(names(&decoded(&token, 0)), ["kid", "alg"]);
    assert_eq!(header(&token)["alg"], "RS256");

    let order = [
        "sub",
        "token_use",
        "scope",
        "auth_time",
        "iss",
        "exp",
        "iat",
        "version",
        "jti",
        "client_id",
    ];
    assert_eq!(names(&decoded(&token, 1)), order);
    let claims = claims(&token);
    assert_eq!(claims["sub"], "reporting");
    assert_eq!(claims["client_id"], "reporting");
    assert_eq!(claims["token_use"], "access");
    assert_eq!(claims["scope"], "widgets/read widgets/write");
    assert_eq!(claims["iss"], cognito.issuer());
    assert_eq!(claims["version"], 2);
    assert_eq!(claims["auth_time"], claims["iat"]);
    assert_eq!(number(&claims, "exp") - number(&claims, "iat"), 3600);
}

#[test]
fn jti_is_a_fresh_random_uuid() {
    let cognito = start();
    let order = cognito.token("reporting");
    let jti = |token: String| claims(&token)["jti"].as_str().unwrap().to_owned();
    let (one, other) = (jti(order.sign()), jti(order.sign()));
    assert_ne!(one, other);
    let lengths: Vec<usize> = one.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!(&one[14..15], "4");
    assert!("89ab".contains(&one[19..20]));
}

#[test]
fn unregistered_client_has_no_scope_of_its_own() {
    let cognito = start();
    assert_eq!(claims(&cognito.token("nobody").sign())["scope"], "");
    let token = cognito.token("nobody").scopes(["a", "b"]).sign();
    assert_eq!(claims(&token)["scope"], "a b");
    let token = cognito.token("nobody").scope(" a  b ").sign();
    assert_eq!(claims(&token)["scope"], " a  b ");
}

#[test]
fn claims_are_set_in_place_added_and_left_out() {
    let cognito = start();
    let order = cognito.token("reporting").without_claim("version");
    let order = order.claim("sub", vec!["x"]).claim("tenant", "t1");
    let token = order.claim("aud", "first").claim("aud", "last").sign();
    let text = decoded(&token, 1);
    assert_eq!(names(&text)[0], "sub");
    assert_eq!(names(&text)[9..], ["tenant", "aud"]);
    assert!(!text.contains("version"));
    assert_eq!(claims(&token)["aud"], "last");
}

#[test]
fn header_members_are_set_and_left_out() {
    let cognito = start();
    let order = cognito.token("reporting").header("typ", "JWT");
    let token = order.without_header("kid").sign();
    assert_eq!(decoded(&token, 0), r#"{"alg":"RS256","typ":"JWT"}"#);
    let token = cognito.token("reporting").kid("other").sign();
    assert_eq!(header(&token)["kid"], "other");
}

#[test]
fn dates_are_as_ordered() {
    let cognito = start();
    let order = cognito.token("reporting");
    let aged = claims(&order.clone().issued_ago(Duration::from_secs(100)).sign());
    assert_eq!(aged["iat"], aged["auth_time"]);
    assert_eq!(number(&aged, "exp") - number(&aged, "iat"), 3700);

    let short = claims(&order.clone().expires_in(Duration::from_secs(5)).sign());
    assert_eq!(number(&short, "exp") - number(&short, "iat"), 5);

    let before = number(&claims(&order.clone().sign()), "iat");
    let expired = claims(&order.expired().sign());
    // A second may have gone by from one token to the other.
    assert!(before - number(&expired, "exp") >= 3599);
    assert!(number(&expired, "iat") < number(&expired, "exp"));
}

#[test]
fn raw_parts_are_taken_to_the_byte() {
    let cognito = start();
    let order = cognito.token("reporting");
    let token = order
        .clone()
        .raw_header("{ }")
        .raw_payload(b"\xff".to_vec());
    let token = token.sign();
    assert!(token.starts_with("eyB9._w."));
    assert!(is_signed_by(&token, &cognito.signing_key().public_jwk()));
    let token = order.raw_signature("!not base64").sign();
    assert!(token.ends_with(".!not base64"));
}

#[test]
fn key_of_another_signs_under_its_own_kid() {
    let cognito = start();
    let attacker = SigningKey::generate().unwrap();
    let order = cognito.token("reporting").signed_by(&attacker);
    let token = order.sign();
    assert_eq!(header(&token)["kid"], attacker.kid());
    assert!(is_signed_by(&token, &attacker.public_jwk()));

    let [known, _] = cognito.kids();
    let token = order.kid(known.as_str()).sign();
    assert_eq!(header(&token)["kid"], known);
    assert!(is_signed_by(&token, &attacker.public_jwk()));
}

#[test]
fn other_algorithms_sign_under_their_name() {
    let cognito = start();
    let order = cognito.token("reporting");
    let secret = EncodingKey::from_secret(b"shared");
    let token = order.clone().signed_with(Algorithm::HS256, secret).sign();
    assert_eq!(header(&token)["alg"], "HS256");
    let (message, signature) = token.rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"shared");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(hmac::verify(&key, message.as_bytes(), &signature).is_ok());

    for algorithm in [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
    ] {
        let key = cognito.signing_key().encoding_key();
        let token = order.clone().signed_with(algorithm, key).sign();
        assert_eq!(header(&token)["alg"], format!("{algorithm:?}"));
        let right = is_signed_by(&token, &cognito.signing_key().public_jwk());
        assert_eq!(right, algorithm == Algorithm::RS256);
    }
}

#[test]
fn unsigned_token_says_so_and_ends_with_a_dot() {
    let cognito = start();
    let token = cognito.token("reporting").unsigned().sign();
    assert!(token.ends_with('.'));
    assert_eq!(header(&token)["alg"], "none");
    assert_eq!(header(&token)["kid"], cognito.kids()[0]);
}
