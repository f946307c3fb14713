//! The time to validate a token, compared with the operation that dominates it.
//!
//! The times depend on the machine and its load. The benchmark `instructions` counts instructions
//! instead, and compares them with goals.
//!
//! `cargo bench -p cognito-m2m --features testing --bench tokens`

use std::collections::HashMap;
use std::hint::black_box;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_m2m::testing::{LocalCognito, SigningKey};
use cognito_m2m::{CognitoAuth, ServicePrincipal};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::FutureExt;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// Scopes that result in a token of about 900 bytes.
const SCOPES: [&str; 4] = [
    "widgets/read",
    "widgets/write",
    "reports/read",
    "inventory/read",
];

fn tokens(criterion: &mut Criterion) {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let token = cognito
        .token("7k2m9f3qexample1h2j3k4l5m6")
        .scopes(SCOPES)
        .sign();
    let cached = build(&cognito, 10_000);
    let mut group = criterion.benchmark_group("tokens");
    group.throughput(Throughput::Bytes(token.len() as u64));
    new_tokens(&mut group, &cognito, &token);
    cached_tokens(&mut group, &cognito, &cached, &token);
    refused_tokens(&mut group, &cognito, &cached);
    largest_token(&mut group, &cognito, &cached);
    group.finish();
}

fn new_tokens(group: &mut Group<'_>, cognito: &LocalCognito, token: &str) {
    let jwk = cognito.signing_key().public_jwk();
    let member = |name: &str| decode(jwk[name].as_str().expect("the key has this member"));
    let (n, e) = (member("n"), member("e"));
    let key = RsaPublicKeyComponents { n: &n, e: &e };
    let key = key
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        .expect("the key is valid");
    let (signing_input, signature) = token.rsplit_once('.').expect("the token has three parts");
    let signature = decode(signature);

    group.bench_function("signature_verification", |bencher| {
        bencher.iter(|| key.verify_sig(black_box(signing_input.as_bytes()), black_box(&signature)));
    });
    let auth = build(cognito, 0);
    group.bench_function("new_token", |bencher| {
        bencher.iter(|| validate(&auth, black_box(token)));
    });
    assert!(validate(&auth, token).is_some());
}

fn cached_tokens(group: &mut Group<'_>, cognito: &LocalCognito, auth: &CognitoAuth, token: &str) {
    let map: HashMap<String, u64> = (0..10_000).map(|n| (format!("{token}{n}"), n)).collect();
    let known = format!("{token}7");
    group.bench_function("hash_map_lookup", |bencher| {
        bencher.iter(|| map.get(black_box(known.as_str())));
    });
    for number in 0..3_000 {
        let other = cognito.token(&format!("client-{number}"));
        validate(auth, &other.scopes(SCOPES).sign());
    }
    group.bench_function("cached_token", |bencher| {
        bencher.iter(|| validate(auth, black_box(token)));
    });
    assert!(validate(auth, token).is_some());
}

fn refused_tokens(group: &mut Group<'_>, cognito: &LocalCognito, auth: &CognitoAuth) {
    let foreign = cognito
        .token("client")
        .scopes(SCOPES)
        .claim("iss", "https://evil.example")
        .sign();
    group.bench_function("refused_before_signature_verification", |bencher| {
        bencher.iter(|| validate(auth, black_box(&foreign)));
    });
    let attacker = SigningKey::generate().expect("a key is generated");
    let [kid, _] = cognito.kids();
    let forged = cognito
        .token("client")
        .scopes(SCOPES)
        .signed_by(&attacker)
        .kid(kid)
        .sign();
    group.bench_function("refused_by_signature_verification", |bencher| {
        bencher.iter(|| validate(auth, black_box(&forged)));
    });
    let expired = cognito.token("client").scopes(SCOPES).expired().sign();
    group.bench_function("refused_as_expired", |bencher| {
        bencher.iter(|| validate(auth, black_box(&expired)));
    });
}

fn largest_token(group: &mut Group<'_>, cognito: &LocalCognito, auth: &CognitoAuth) {
    let long_scopes: Vec<_> = (0..50).map(|n| format!("{n:0>256}")).collect();
    let largest = cognito.token("client").scopes(&long_scopes).sign();
    group.bench_function("cached_token_of_18_kb", |bencher| {
        bencher.iter(|| validate(auth, black_box(&largest)));
    });
}

fn build(cognito: &LocalCognito, cache_entries: usize) -> CognitoAuth {
    let settings = cognito.settings().token_cache_entries(cache_entries);
    let auth = CognitoAuth::new(settings).expect("the settings are valid");
    actix_web::rt::System::new()
        .block_on(auth.prefetch())
        .expect("the keys are fetched");
    auth
}

fn validate(auth: &CognitoAuth, token: &str) -> Option<ServicePrincipal> {
    auth.validate_token(token)
        .now_or_never()
        .expect("the validation does not wait")
        .ok()
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("the part is base64url")
}

criterion_group!(benches, tokens);
criterion_main!(benches);
