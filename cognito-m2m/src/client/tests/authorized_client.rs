use super::*;
use crate::client::{AuthorizedClient, CallError};

const REFUSED: &str = "www-authenticate: Bearer realm=\"api\", error=\"invalid_token\"\r\n";

fn authorized_client(fixture: &Fixture, api: &RawServer) -> AuthorizedClient {
    let tokens = fixture.tokens.for_origins([api.origin()], "widgets/read");
    tokens.unwrap().into_client().unwrap()
}

fn bearer(request: &raw_server::Received) -> &str {
    request
        .header("authorization")
        .unwrap()
        .strip_prefix("Bearer ")
        .unwrap()
}

#[tokio::test]
async fn token_replaces_the_authorization_header() {
    let fixture = set_up();
    let api = RawServer::start([Reply::new(200, "", "ok")]);
    let client = authorized_client(&fixture, &api);
    let url = api.url("/widgets?colour=blue");
    let request = client
        .post(&url)
        .with(|it| it.header("authorization", "old").body("{}"));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let token = fixture.tokens.token("widgets/read").await.unwrap();
    let received = api.received();
    assert_eq!(bearer(&received[0]), token.secret());
    assert!(received[0].head.starts_with("POST /widgets?colour=blue "));
    assert_eq!(received[0].body, "{}");
    assert_eq!(fixture.cognito.token_requests(), 1);
}

#[tokio::test]
async fn call_to_another_origin_fails_before_a_token_is_fetched() {
    let fixture = set_up();
    let api = RawServer::start([Reply::new(200, "", "")]);
    let other = RawServer::start([Reply::new(200, "", "")]);
    let client = authorized_client(&fixture, &api);
    let port = api.origin().rsplit_once(':').unwrap().1;
    for url in [
        other.url("/"),
        format!("http://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
    ] {
        let error = client.get(&url).send().await.unwrap_err();
        assert!(matches!(error, CallError::OtherOrigin), "{url}: {error:?}");
    }
    assert_eq!(fixture.cognito.token_requests(), 0);
    assert_eq!(api.requests() + other.requests(), 0);
}

#[tokio::test]
async fn redirect_to_another_origin_fails_before_the_token_is_sent() {
    let fixture = set_up();
    let other = RawServer::start([Reply::new(200, "", "")]);
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}\r\n", other.url("/"));
        let api = RawServer::start([Reply::new(status, &location, "")]);
        let error = authorized_client(&fixture, &api)
            .get(&api.url("/"))
            .send()
            .await
            .unwrap_err();
        assert!(matches!(error, CallError::OtherOrigin), "{error:?}");
    }
    assert_eq!(other.requests(), 0);
}

#[tokio::test]
async fn redirect_within_the_origin_is_followed_with_the_token() {
    let fixture = set_up();
    let moved = Reply::new(307, "location: /new\r\n", "");
    let api = RawServer::start([moved, Reply::new(200, "", "ok")]);
    let response = authorized_client(&fixture, &api)
        .get(&api.url("/old"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let received = api.received();
    assert!(received[1].head.starts_with("GET /new "));
    assert_eq!(bearer(&received[1]), bearer(&received[0]));
}

#[tokio::test]
async fn refused_token_is_replaced_and_the_request_repeated_once() {
    let fixture = set_up();
    let api = RawServer::start([Reply::new(401, REFUSED, ""), Reply::new(200, "", "ok")]);
    let client = authorized_client(&fixture, &api);
    let request = client.post(&api.url("/widgets")).with(|it| it.body("{}"));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let received = api.received();
    assert_ne!(bearer(&received[0]), bearer(&received[1]));
    assert_eq!(received[1].body, "{}");
    assert_eq!(fixture.cognito.token_requests(), 2);
}

#[tokio::test]
async fn api_that_refuses_every_token_causes_two_token_requests() {
    let fixture = set_up();
    let api = RawServer::start([Reply::new(401, REFUSED, "")]);
    let client = authorized_client(&fixture, &api);
    for _ in 0..100 {
        assert_eq!(
            client.get(&api.url("/")).send().await.unwrap().status(),
            401
        );
    }
    assert_eq!(fixture.cognito.token_requests(), 2);
    assert_eq!(api.requests(), 101);
}

#[tokio::test]
async fn other_errors_of_the_api_are_returned() {
    let fixture = set_up();
    for reply in [
        Reply::new(401, "", ""),
        Reply::new(401, "www-authenticate: Bearer realm=\"api\"\r\n", ""),
        Reply::new(403, REFUSED, ""),
        Reply::new(500, "", ""),
    ] {
        let api = RawServer::start([reply]);
        authorized_client(&fixture, &api)
            .get(&api.url("/"))
            .send()
            .await
            .unwrap();
        assert_eq!(api.requests(), 1);
    }
    assert_eq!(fixture.cognito.token_requests(), 1);
}

#[tokio::test]
async fn request_with_a_streamed_body_is_not_repeated() {
    let fixture = set_up();
    let api = RawServer::start([Reply::new(401, REFUSED, "")]);
    let client = authorized_client(&fixture, &api);
    let request = client
        .post(&api.url("/"))
        .with(|it| it.body(reqwest::Body::wrap(reqwest::Body::from("once"))));
    assert_eq!(request.send().await.unwrap().status(), 401);
    assert_eq!(api.requests(), 1);
    // The refused token was replaced nevertheless.
    client.get(&api.url("/")).send().await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 2);
}

#[tokio::test]
async fn header_for_awc_is_sensitive_and_restricted_to_the_origin() {
    let fixture = set_up();
    let tokens = fixture
        .tokens
        .for_origins(["https://api.example"], "widgets/read")
        .unwrap();
    let (name, value) = tokens
        .header_for("https://api.example/widgets")
        .await
        .unwrap();
    let token = tokens.token_for("https://api.example/").await.unwrap();
    assert_eq!(name, "authorization");
    assert!(value.is_sensitive());
    assert_eq!(
        value.to_str().unwrap(),
        format!("Bearer {}", token.secret())
    );
    for url in [
        "https://evil.example/",
        "https://api.example\\@evil.example/",
        "https://api.example@evil.example/",
        "https://evil.example\t/",
        " https://api.example/",
        "http://api.example/",
        "/widgets",
        "",
    ] {
        let error = tokens.header_for(url).await.unwrap_err();
        assert!(matches!(error, CallError::OtherOrigin), "{url:?}");
    }
}
