use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use super::*;
use crate::testing::{Endpoint, Fault};

#[actix_web::test]
async fn status_fault_sends_retry_after_and_body() {
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
async fn fault_affects_one_endpoint_until_it_is_removed() {
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
async fn redirect_fault_sends_the_location() {
    let cognito = start();
    let location = "http://127.0.0.1:9/keys".to_owned();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Redirect(location.clone())));
    let response = get_jwks(&cognito).await;
    assert_eq!(response.status(), 302);
    assert_eq!(response.headers()["location"], location.as_str());
}

#[actix_web::test]
async fn delay_fault_postpones_the_regular_response() {
    let cognito = start();
    let delay = Duration::from_millis(150);
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Delay(delay)));
    let begin = Instant::now();
    assert_eq!(published_keys(&cognito).await.len(), 2);
    assert!(begin.elapsed() >= delay);
}

#[actix_web::test]
async fn hanging_request_is_counted_and_gets_no_response() {
    let cognito = start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
    let mut response = std::pin::pin!(http().get(cognito.jwks_url()).send());
    let timeout = Duration::from_millis(10);
    while cognito.jwks_requests() == 0 {
        assert!(tokio::time::timeout(timeout, &mut response).await.is_err());
    }
    assert!(tokio::time::timeout(timeout * 10, response).await.is_err());
    assert_eq!(cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn hanging_request_does_not_block_other_requests_or_the_drop() {
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
async fn stalled_response_has_a_head_and_never_ends() {
    let cognito = start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Stall));
    let mut response = get_jwks(&cognito).await;
    assert_eq!(response.status(), 200);
    assert!(response.chunk().await.unwrap().is_some());
    let end = tokio::time::timeout(Duration::from_millis(300), response.chunk());
    assert!(
        end.await.is_err(),
        "the response stalls after its first chunk"
    );
}

#[test]
fn closed_connection_sends_no_bytes() {
    let cognito = start();
    cognito.set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
    let url = url::Url::parse(&cognito.jwks_url()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let request = format!("GET {} HTTP/1.1\r\nhost: localhost\r\n\r\n", url.path());
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = Vec::new();
    // The peer sees either the end of the stream or a reset.
    let _ = stream.read_to_end(&mut response).map_err(|error| {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    });
    assert_eq!(response, b"");
    assert_eq!(cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn closed_connection_at_the_token_endpoint_is_a_transport_error() {
    let cognito = start();
    cognito.set_fault(Endpoint::Token, Some(Fault::CloseConnection));
    let request = http().post(cognito.token_url()).body("grant_type=x");
    assert!(request.send().await.unwrap_err().is_request());
    assert_eq!(cognito.token_requests(), 1);
}

#[actix_web::test]
#[should_panic(expected = "expected a status")]
async fn number_that_is_not_a_status_is_rejected() {
    start().set_fault(Endpoint::Jwks, Some(Fault::Status(42, None, None)));
}
