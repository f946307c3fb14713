use std::net::TcpStream;

use super::*;
use crate::testing::TestClock;
use crate::time::Clock as _;

fn port(cognito: &LocalCognito) -> u16 {
    let url = url::Url::parse(&cognito.token_url()).unwrap();
    url.port().unwrap()
}

#[test]
fn issuer_is_local_unless_it_is_set() {
    let cognito = start();
    let origin = format!("http://127.0.0.1:{}", port(&cognito));
    assert_eq!(cognito.issuer(), format!("{origin}/us-east-1_Local0001"));
    let jwks_url = format!("{}/.well-known/jwks.json", cognito.issuer());
    assert_eq!(cognito.jwks_url(), jwks_url);
    assert_eq!(cognito.token_url(), format!("{origin}/oauth2/token"));
}

#[test]
fn set_issuer_is_the_claim_alone() {
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
fn dates_come_from_the_given_clock() {
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
fn it_stops_when_it_is_dropped() {
    let cognito = start();
    let port = port(&cognito);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    drop(cognito);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn many_run_at_once() {
    let all: Vec<_> = (0..4).map(|_| start()).collect();
    let mut ports: Vec<_> = all.iter().map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), all.len());
}

#[actix_web::test]
async fn it_starts_and_stops_inside_a_runtime() {
    let cognito = start();
    assert_eq!(get_jwks(&cognito).await.status(), 200);
    drop(cognito);
}

#[test]
fn no_secret_shows_in_debug() {
    let cognito = start();
    let shown = format!("{cognito:?} {:?}", cognito.token("reporting"));
    assert!(!shown.contains("s3cret") && !shown.contains("n3xt"));
}
