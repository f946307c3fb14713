use std::net::TcpStream;

use super::*;
use crate::testing::TestClock;
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
