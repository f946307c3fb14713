use aws_lc_rs::hmac;

use super::*;
use crate::testing::{Algorithm, EncodingKey, SigningKey};

fn member_names(text: &str) -> Vec<&str> {
    // Scans the text of the flat object, since `Value` would sort the names.
    text.trim_matches(['{', '}'])
        .split(',')
        .map(|member| member.split('"').nth(1).unwrap())
        .collect()
}

fn number(claims: &Value, name: &str) -> u64 {
    claims[name].as_u64().unwrap()
}

#[test]
fn default_token_matches_that_of_cognito() {
    let cognito = start();
    let token = cognito.token("reporting").sign();
    assert_eq!(member_names(&decoded(&token, 0)), ["kid", "alg"]);
    assert_eq!(header(&token)["alg"], "RS256");

    let claim_names = [
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
    assert_eq!(member_names(&decoded(&token, 1)), claim_names);
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
fn each_token_has_a_new_random_uuid_as_jti() {
    let cognito = start();
    let builder = cognito.token("reporting");
    let jti = |token: String| claims(&token)["jti"].as_str().unwrap().to_owned();
    let (first, second) = (jti(builder.sign()), jti(builder.sign()));
    assert_ne!(first, second);
    let lengths: Vec<usize> = first.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!(&first[14..15], "4");
    assert!("89ab".contains(&first[19..20]));
}

#[test]
fn unregistered_client_has_no_scopes_by_default() {
    let cognito = start();
    assert_eq!(claims(&cognito.token("unregistered").sign())["scope"], "");
    let token = cognito.token("unregistered").scopes(["a", "b"]).sign();
    assert_eq!(claims(&token)["scope"], "a b");
    let token = cognito.token("unregistered").scope(" a  b ").sign();
    assert_eq!(claims(&token)["scope"], " a  b ");
}

#[test]
fn claims_can_be_replaced_added_and_removed() {
    let cognito = start();
    let builder = cognito.token("reporting").without_claim("version");
    let builder = builder.claim("sub", vec!["x"]).claim("tenant", "t1");
    let token = builder.claim("aud", "first").claim("aud", "last").sign();
    let text = decoded(&token, 1);
    assert_eq!(member_names(&text)[0], "sub");
    assert_eq!(member_names(&text)[9..], ["tenant", "aud"]);
    assert!(!text.contains("version"));
    assert_eq!(claims(&token)["aud"], "last");
}

#[test]
fn header_members_can_be_set_and_removed() {
    let cognito = start();
    let builder = cognito.token("reporting").header("typ", "JWT");
    let token = builder.without_header("kid").sign();
    assert_eq!(decoded(&token, 0), r#"{"alg":"RS256","typ":"JWT"}"#);
    let token = cognito.token("reporting").kid("other").sign();
    assert_eq!(header(&token)["kid"], "other");
}

#[test]
fn issue_and_expiry_times_can_be_set() {
    let cognito = start();
    let builder = cognito.token("reporting");
    let aged = claims(&builder.clone().issued_ago(Duration::from_secs(100)).sign());
    assert_eq!(aged["iat"], aged["auth_time"]);
    assert_eq!(number(&aged, "exp") - number(&aged, "iat"), 3700);

    let short = claims(&builder.clone().expires_in(Duration::from_secs(5)).sign());
    assert_eq!(number(&short, "exp") - number(&short, "iat"), 5);

    let before = number(&claims(&builder.clone().sign()), "iat");
    let expired = claims(&builder.expired().sign());
    // The second token may be signed in the next second.
    assert!(before - number(&expired, "exp") >= 3599);
    assert!(number(&expired, "iat") < number(&expired, "exp"));
}

#[test]
fn raw_parts_are_used_unchanged() {
    let cognito = start();
    let builder = cognito.token("reporting");
    let token = builder
        .clone()
        .raw_header("{ }")
        .raw_payload(b"\xff".to_vec());
    let token = token.sign();
    assert!(token.starts_with("eyB9._w."));
    assert!(is_signed_with(&token, &cognito.signing_key().public_jwk()));
    let token = builder.raw_signature("!not base64").sign();
    assert!(token.ends_with(".!not base64"));
}

#[test]
fn foreign_key_signs_under_its_own_kid_unless_another_is_set() {
    let cognito = start();
    let attacker = SigningKey::generate().unwrap();
    let builder = cognito.token("reporting").signed_by(&attacker);
    let token = builder.sign();
    assert_eq!(header(&token)["kid"], attacker.kid());
    assert!(is_signed_with(&token, &attacker.public_jwk()));

    let [known, _] = cognito.kids();
    let token = builder.kid(known.as_str()).sign();
    assert_eq!(header(&token)["kid"], known);
    assert!(is_signed_with(&token, &attacker.public_jwk()));
}

#[test]
fn other_algorithms_sign_under_their_names() {
    let cognito = start();
    let builder = cognito.token("reporting");
    let secret = EncodingKey::from_secret(b"shared");
    let token = builder.clone().signed_with(Algorithm::HS256, secret).sign();
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
        let token = builder.clone().signed_with(algorithm, key).sign();
        assert_eq!(header(&token)["alg"], format!("{algorithm:?}"));
        let is_rs256 = is_signed_with(&token, &cognito.signing_key().public_jwk());
        assert_eq!(is_rs256, algorithm == Algorithm::RS256);
    }
}

#[test]
fn unsigned_token_has_alg_none_and_ends_with_a_dot() {
    let cognito = start();
    let token = cognito.token("reporting").unsigned().sign();
    assert!(token.ends_with('.'));
    assert_eq!(header(&token)["alg"], "none");
    assert_eq!(header(&token)["kid"], cognito.kids()[0]);
}
