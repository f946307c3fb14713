use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use super::*;
use crate::testing::{Endpoint, Fault};

#[actix_web::test]
async fn status_comes_with_retry_after_and_body() {
    let cognito = start();
    let body = r#"{"error":"too_many"}"#.to_owned();
    let fault = Fault::Status(429, Some(7), Some(body.clone()));
    cognito.set_fault(Endpoint::Token, Some(fault));
    let response = post_form(&cognito, "").await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(response.bytes().await.unwrap(), body);
}

#[actix_web::test]
async fn fault_is_of_one_endpoint_and_ends_on_demand() {
    let cognito = start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(503, None, None)));
    let response = get_jwks(&cognito).await;
    assert_eq!(response.status(), 503);
    assert!(!response.headers().contains_key("retry-after"));
    assert_eq!(post_form(&cognito, "").await.status(), 400);

    cognito.set_fault(Endpoint::Jwks, None);
    assert_eq!(get_jwks(&cognito).await.status(), 200);
    assert_eq!(cognito.jwks_requests(), 2);
}

#[actix_web::test]
async fn redirect_names_the_other_place() {
    let cognito = start();
    let elsewhere = "http://127.0.0.1:9/keys".to_owned();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Redirect(elsewhere.clone())));
    let response = get_jwks(&cognito).await;
    assert_eq!(response.status(), 302);
    assert_eq!(response.headers()["location"], elsewhere.as_str());
}

#[actix_web::test]
async fn delayed_answer_is_the_right_one() {
    let cognito = start();
    let delay = Duration::from_millis(150);
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Delay(delay)));
    let begin = Instant::now();
    assert_eq!(published_keys(&cognito).await.len(), 2);
    assert!(begin.elapsed() >= delay);
}

#[actix_web::test]
async fn hanging_request_is_counted_and_never_answered() {
    let cognito = start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
    let mut answer = std::pin::pin!(http().get(cognito.jwks_url()).send());
    let patience = Duration::from_millis(10);
    while cognito.jwks_requests() == 0 {
        assert!(tokio::time::timeout(patience, &mut answer).await.is_err());
    }
    assert!(tokio::time::timeout(patience * 10, answer).await.is_err());
    assert_eq!(cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn hanging_request_does_not_hold_up_the_others() {
    let cognito = start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
    let url = cognito.jwks_url();
    let hanging = actix_web::rt::spawn(async move { http().get(url).send().await });
    while cognito.jwks_requests() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(post_form(&cognito, "").await.status(), 400);

    let begin = Instant::now();
    drop(cognito);
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert!(hanging.await.unwrap().is_err());
}

#[actix_web::test]
async fn stalled_answer_has_a_head_and_no_end() {
    let cognito = start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Stall));
    let mut response = get_jwks(&cognito).await;
    assert_eq!(response.status(), 200);
    assert!(response.chunk().await.unwrap().is_some());
    let end = tokio::time::timeout(Duration::from_millis(300), response.chunk());
    assert!(end.await.is_err(), "it goes on");
}

#[test]
fn closed_connection_carries_not_a_byte() {
    let cognito = start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
    let url = url::Url::parse(&cognito.jwks_url()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let request = format!("GET {} HTTP/1.1\r\nhost: localhost\r\n\r\n", url.path());
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // An end or a reset: both are a connection dropped.
    let _ = stream.read_to_end(&mut answer).map_err(|error| {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    });
    assert_eq!(answer, b"");
    assert_eq!(cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn closed_connection_of_the_token_endpoint_is_a_transport_error() {
    let cognito = start();
    cognito.set_fault(Endpoint::Token, Some(Fault::CloseConnection));
    let request = http().post(cognito.token_url()).body("grant_type=x");
    assert!(request.send().await.unwrap_err().is_request());
    assert_eq!(cognito.token_requests(), 1);
}

#[actix_web::test]
#[should_panic(expected = "not a final status")]
async fn number_that_is_no_status_is_refused() {
    start().set_fault(Endpoint::Jwks, Some(Fault::Status(42, None, None)));
}
