use std::collections::HashMap;
use std::hint::black_box;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_m2m::{CognitoAuth, Policy, ServicePrincipal};

use crate::case::{Case, Inputs};
use crate::fixture;
use crate::measure::{measure, ready};

/// The validation of a token and the evaluation of a policy, with the operations that they are compared
/// with.
pub(crate) const CASES: &[Case] = &[
    Case::new("signature_verification", 50, signature_verification),
    Case::new("first_sight", 50, first_sight).with_many_tokens(),
    Case::new("hash_map_lookup", 1_000, hash_map_lookup),
    Case::new("second_sight", 1_000, second_sight),
    Case::new("policy_1_of_1_scope", 1_000, policy::<1, 1>),
    Case::new("policy_10_of_10_scopes", 1_000, policy::<10, 10>),
    Case::new("policy_50_of_50_scopes", 1_000, policy::<50, 50>),
    Case::new("policy_1_of_50_scopes", 1_000, policy::<1, 50>),
];

/// The signature of the same token, which is what takes most of the time at first sight.
fn signature_verification(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let token = fixture::token(&cognito).sign();
    let jwk = cognito.signing_key().public_jwk();
    let member = |name: &str| decode(jwk[name].as_str().expect("the key has this member"));
    let (n, e) = (member("n"), member("e"));
    let key = RsaPublicKeyComponents { n: &n, e: &e };
    let key = key
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        .expect("the key is valid");
    let (signing_input, signature) = token.rsplit_once('.').expect("the token has three parts");
    let signature = decode(signature);
    measure(
        inputs.iterations,
        || black_box(signing_input.as_bytes()),
        |signing_input| key.verify_sig(signing_input, &signature).is_ok(),
    );
}

/// `CognitoAuth::validate_token` for distinct tokens, each of which is verified and inserted into the cache
/// that all workers share.
fn first_sight(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let tokens = inputs.many_tokens();
    let mut tokens = tokens.iter();
    validation(&auth, || tokens.next().expect("a token is left"), inputs);
}

/// One entry of 1,000, by the text of the same token.
fn hash_map_lookup(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let token = fixture::token(&cognito).sign();
    let mut map: HashMap<String, u32> = (1..1_000).map(|n| (format!("{token}{n}"), n)).collect();
    map.insert(token.clone(), 0);
    measure(
        inputs.iterations,
        || black_box(token.as_str()),
        |token| black_box(map.get(token)).is_some(),
    );
}

/// `CognitoAuth::validate_token` for one token, which is in the cache that all workers share.
///
/// A worker of the middleware has a cache of its own, which takes fewer instructions. The case `middleware`
/// includes it.
fn second_sight(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let token = fixture::token(&cognito).sign();
    validation(&auth, || token.as_str(), inputs);
}

fn validation<'a>(
    auth: &CognitoAuth,
    mut next_token: impl FnMut() -> &'a str,
    inputs: &Inputs<'_>,
) {
    measure(
        inputs.iterations,
        || black_box(next_token()),
        |token| black_box(ready(auth.validate_token(token))).is_ok(),
    );
}

/// A policy that requires the last scopes of the token, all of them.
fn policy<const REQUIRED: usize, const TOTAL: usize>(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let auth = fixture::build(cognito.settings());
    let scopes = fixture::scopes(TOTAL);
    let policy = Policy::all_scopes(scopes[TOTAL - REQUIRED..].to_vec());
    let policy = policy.expect("the scopes are valid");
    let token = fixture::token(&cognito).scopes(scopes).sign();
    let principal = ready(auth.validate_token(&token)).expect("the token is valid");
    measure(
        inputs.iterations,
        || black_box(&principal),
        |principal: &ServicePrincipal| black_box(principal.authorize(&policy)).is_ok(),
    );
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("the part is base64url")
}
