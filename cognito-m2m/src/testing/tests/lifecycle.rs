use std::net::TcpStream;

use super::*;
use crate::testing::{SigningKey, TestClock};
use crate::time::Clock as _;

fn port(cognito: &LocalCognito) -> u16 {
    let url = url::Url::parse(&cognito.token_url()).unwrap();
    url.port().unwrap()
}

#[test]
fn urls_and_default_issuer_are_on_loopback() {
    let cognito = start();
    let origin = format!("http://127.0.0.1:{}", port(&cognito));
    assert_eq!(cognito.issuer(), format!("{origin}/us-east-1_Local0001"));
    let jwks_url = format!("{}/.well-known/jwks.json", cognito.issuer());
    assert_eq!(cognito.jwks_url(), jwks_url);
    assert_eq!(cognito.token_url(), format!("{origin}/oauth2/token"));
}

#[test]
fn custom_issuer_changes_the_claim_but_not_the_urls() {
    let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_TestPool1";
    let builder = LocalCognito::builder().user_pool_id("us-east-1_TestPool1");
    let cognito = builder.issuer(issuer).start().unwrap();
    assert_eq!(cognito.issuer(), issuer);
    assert_eq!(claims(&cognito.token("id").sign())["iss"], issuer);
    let path = "/us-east-1_TestPool1/.well-known/jwks.json";
    assert!(cognito.jwks_url().starts_with("http://127.0.0.1:"));
    assert!(cognito.jwks_url().ends_with(path));
}

fn two_keys() -> [SigningKey; 2] {
    [
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    ]
}

#[test]
fn restart_with_the_same_address_and_keys_changes_nothing() {
    let keys = two_keys();
    let start = |port: u16| {
        let builder = LocalCognito::builder().address(([127, 0, 0, 1], port));
        builder.signing_keys(keys.clone()).start()
    };
    let first = start(0).unwrap();
    let (issuer, kids, port) = (first.issuer().to_owned(), first.kids(), port(&first));
    assert_eq!(kids, keys.each_ref().map(|key| key.kid().to_owned()));
    let token = first.token("reporting").sign();
    assert!(is_signed_with(&token, &keys[0].public_jwk()));

    let error = start(port).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let problem = format!("failed to bind 127.0.0.1:{port}: ");
    assert!(error.to_string().starts_with(&problem), "{error}");

    drop(first);
    let second = start(port).unwrap();
    assert_eq!(second.issuer(), issuer);
    assert_eq!(second.kids(), kids);
}

#[actix_web::test]
async fn unspecified_address_is_reached_through_loopback() {
    for (address, loopback) in [("0.0.0.0:0", "127.0.0.1"), ("[::]:0", "[::1]")] {
        let address: std::net::SocketAddr = address.parse().unwrap();
        let started = LocalCognito::builder().address(address).start();
        let cognito = match started {
            Ok(cognito) => cognito,
            // Some containers have no IPv6.
            Err(_) if address.is_ipv6() => continue,
            Err(error) => panic!("{error}"),
        };
        let origin = format!("http://{loopback}:{}", port(&cognito));
        assert_eq!(cognito.issuer(), format!("{origin}/us-east-1_Local0001"));
        assert_eq!(cognito.token_url(), format!("{origin}/oauth2/token"));
        assert_eq!(get_jwks(&cognito).await.status(), 200);
    }
}

#[test]
fn two_keys_with_the_same_id_are_refused() {
    let [current, next] = two_keys();
    let next = SigningKey::from_pkcs8_pem(current.kid(), &next.pkcs8_pem()).unwrap();
    let started = LocalCognito::builder()
        .signing_keys([current, next])
        .start();
    assert_eq!(
        started.unwrap_err().kind(),
        std::io::ErrorKind::InvalidInput
    );
}

#[test]
fn token_without_a_server_is_that_of_a_server_with_the_same_configuration() {
    let keys = two_keys();
    let running = LocalCognito::builder().signing_keys(keys.clone());
    let running = running.start().unwrap();
    let builder = LocalCognito::builder()
        .address(([127, 0, 0, 1], port(&running)))
        .token_lifetime(Duration::from_secs(300));
    let token = builder.signing_keys(keys.clone()).token("reporting");
    let token = token.unwrap().scopes(["widgets/read"]).sign();
    assert!(is_signed_with(&token, &keys[0].public_jwk()));
    let [offline, online] = [token, running.token("reporting").sign()].map(|token| claims(&token));
    assert_eq!(offline["iss"], online["iss"]);
    assert_eq!(offline["scope"], "widgets/read");
    let lifetime = offline["exp"].as_u64().unwrap() - offline["iat"].as_u64().unwrap();
    assert_eq!(lifetime, 300);
}

#[test]
fn token_without_a_server_needs_keys_and_an_issuer() {
    let fixed = || LocalCognito::builder().address(([0, 0, 0, 0], 9229));
    let token = fixed().signing_keys(two_keys()).token("reporting");
    let claims = claims(&token.unwrap().sign());
    assert_eq!(claims["iss"], "http://127.0.0.1:9229/us-east-1_Local0001");
    for incomplete in [
        fixed(),
        LocalCognito::builder().issuer("https://id.example"),
        LocalCognito::builder().signing_keys(two_keys()),
    ] {
        let error = incomplete.token("reporting").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}

#[test]
fn token_times_come_from_the_configured_clock() {
    let clock = TestClock::new();
    let builder = LocalCognito::builder().clock(clock.clone());
    let cognito = builder
        .token_lifetime(Duration::from_secs(300))
        .start()
        .unwrap();
    clock.set_wall(Duration::from_secs(1_000_000));
    let claims = claims(&cognito.token("id").sign());
    assert_eq!(claims["iat"], 1_000_000);
    assert_eq!(claims["exp"], clock.wall().as_secs() + 300);
}

#[test]
fn server_stops_when_the_handle_is_dropped() {
    let cognito = start();
    let port = port(&cognito);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    drop(cognito);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn several_servers_run_at_the_same_time() {
    let all: Vec<_> = (0..4).map(|_| start()).collect();
    let mut ports: Vec<_> = all.iter().map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), all.len());
}

#[actix_web::test]
async fn server_starts_and_stops_inside_a_runtime() {
    let cognito = start();
    assert_eq!(get_jwks(&cognito).await.status(), 200);
    drop(cognito);
}

#[test]
fn debug_output_contains_no_secret() {
    let cognito = start();
    let debug = format!("{cognito:?} {:?}", cognito.token("reporting"));
    assert!(!debug.contains("s3cret") && !debug.contains("n3xt"));
}
