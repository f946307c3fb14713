use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use super::oauth::*;
use super::*;
use crate::client::call_clients::CallLimits;
use crate::client::{AuthorizedClient, CallError, OriginTokens};

const REFUSED: &str = "www-authenticate: Bearer realm=\"api\", error=\"invalid_token\"\r\n";

fn origin_tokens(fixture: &Fixture, api: &RawServer) -> OriginTokens {
    let tokens = fixture.tokens.for_origins([api.origin()], "widgets/read");
    tokens.unwrap()
}

fn authorized_client(fixture: &Fixture, api: &RawServer) -> AuthorizedClient {
    origin_tokens(fixture, api).into_client().unwrap()
}

fn bearer(request: &Received) -> &str {
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
async fn host_header_of_another_host_is_never_sent() {
    use reqwest::header::{HOST, HeaderMap, HeaderValue};

    let fixture = set_up();
    let api = RawServer::start([Reply::new(200, "", "")]);
    let own = api.origin().strip_prefix("http://").unwrap();
    let client = authorized_client(&fixture, &api);
    for host in ["evil.example", "127.0.0.1", "", "localhost"] {
        let request = client.get(&api.url("/")).with(|it| it.header("host", host));
        let error = request.send().await.unwrap_err();
        assert!(matches!(error, CallError::OtherOrigin), "{host}: {error:?}");
    }
    let twice = client
        .get(&api.url("/"))
        .with(|it| it.header("host", own).header("host", "evil.example"));
    twice.send().await.unwrap_err();
    assert_eq!(api.requests(), 0);
    assert_eq!(fixture.cognito.token_requests(), 0);

    let request = client.get(&api.url("/")).with(|it| it.header("host", own));
    request.send().await.unwrap();
    // The default headers of a client are not part of the request.
    let defaults = HeaderMap::from_iter([(HOST, HeaderValue::from_static("evil.example"))]);
    let http = reqwest::Client::builder().default_headers(defaults);
    let client = origin_tokens(&fixture, &api)
        .into_client_with(http)
        .unwrap();
    client.get(&api.url("/")).send().await.unwrap();
    for request in api.received() {
        assert_eq!(request.head.to_lowercase().matches("host:").count(), 1);
        assert_eq!(request.header("host"), Some(own));
    }
    assert_eq!(api.requests(), 2);
}

#[tokio::test]
async fn url_that_other_parsers_read_differently_is_refused() {
    let fixture = set_up();
    let api = RawServer::start([Reply::new(200, "", "")]);
    let client = authorized_client(&fixture, &api);
    let port = api.origin().rsplit_once(':').unwrap().1;
    for host in [
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "127.0.0%2e1",
        "127.0.0.1.",
        "\u{ff11}27.0.0.1",
        "@127.0.0.1",
    ] {
        let url = format!("http://{host}:{port}/");
        let error = client.get(&url).send().await.unwrap_err();
        assert!(matches!(error, CallError::OtherOrigin), "{url}: {error:?}");
        let error = origin_tokens(&fixture, &api).token_for(&url).await;
        assert!(matches!(error, Err(CallError::OtherOrigin)), "{url}");
    }
    assert_eq!(fixture.cognito.token_requests(), 0);
    assert_eq!(api.requests(), 0);
    // The rest of the URL may have any form.
    client.get(&api.url("/a b?c=\u{e9}")).send().await.unwrap();
    assert_eq!(api.requests(), 1);
    let error = client.get("not a URL").send().await.unwrap_err();
    assert!(matches!(error, CallError::Http(_)), "{error:?}");
}

#[tokio::test]
async fn proxy_is_used_for_https_but_not_for_loopback() {
    let fixture = set_up();
    let api = RawServer::start([Reply::new(200, "", "")]);
    let proxy = RawServer::start([Reply::Close]);
    let http = || {
        let proxy = reqwest::Proxy::all(proxy.origin()).unwrap();
        reqwest::Client::builder().proxy(proxy)
    };
    let mixed = fixture
        .tokens
        .for_origins([api.origin(), "https://api.example"], "widgets/read");
    let mixed = mixed.unwrap().into_client_with(http()).unwrap();
    mixed.get(&api.url("/")).send().await.unwrap();
    assert_eq!((api.requests(), proxy.requests()), (1, 0));
    let error = mixed.get("https://api.example/").send().await.unwrap_err();
    assert!(matches!(error, CallError::Http(_)), "{error:?}");
    let [connect] = &proxy.received()[..] else {
        panic!("one request to the proxy");
    };
    assert!(connect.head.starts_with("CONNECT api.example:443 "));
    assert_eq!(connect.header("authorization"), None);

    let loopback = origin_tokens(&fixture, &api).into_client_with(http());
    loopback.unwrap().get(&api.url("/")).send().await.unwrap();
    assert_eq!((api.requests(), proxy.requests()), (2, 1));
}

/// Starts a server that reads a request, sends the beginning of a response and then nothing.
fn hanging_server(beginning: &'static str) -> String {
    use std::io::{BufRead as _, BufReader, Write as _};

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(&stream).lines();
            lines
                .take_while(|line| !line.as_ref().unwrap().is_empty())
                .count();
            stream.write_all(beginning.as_bytes()).unwrap();
            open.push(stream);
        }
    });
    origin
}

async fn assert_times_out(client: AuthorizedClient, url: &str) {
    let call = async {
        match client.get(url).send().await {
            Ok(response) => assert!(response.text().await.unwrap_err().is_timeout()),
            Err(CallError::Http(error)) => assert!(error.is_timeout(), "{error}"),
            Err(error) => panic!("{error}"),
        }
    };
    let finished = tokio::time::timeout(TEST_TIMEOUT, call).await;
    finished.expect("the call ends by itself");
}

#[tokio::test]
async fn api_that_never_answers_is_a_timeout() {
    let fixture = set_up();
    let limits = CallLimits {
        connect: TEST_TIMEOUT,
        whole: Duration::from_millis(300),
    };
    for beginning in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1234",
    ] {
        let api = hanging_server(beginning);
        let bind = |origins: &[&str]| fixture.tokens.for_origins(origins, "widgets/read");
        let client = bind(&[&api]).unwrap().into_client_within(limits);
        assert_times_out(client.unwrap(), &api).await;
        let client = bind(&[&api, "https://api.example"]).unwrap();
        let client = client.into_client_within(limits);
        assert_times_out(client.unwrap(), &api).await;
        let http = reqwest::Client::builder().timeout(limits.whole);
        let client = bind(&[&api]).unwrap().into_client_with(http);
        assert_times_out(client.unwrap(), &api).await;
    }
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
async fn refused_token_is_replaced_whatever_the_form_of_the_challenge() {
    for headers in [
        // As API Gateway writes it.
        "www-authenticate: Bearer scope=\"\" error=\"invalid_token\" error_description=\"the token has expired\"\r\n",
        "www-authenticate: Bearer error=invalid_token\r\n",
        "www-authenticate: DPoP algs=\"ES256\", Bearer error=\"invalid_token\"\r\n",
        "www-authenticate: Basic realm=\"x\"\r\nwww-authenticate: bearer error=\"invalid_token\"\r\n",
        "www-authenticate: Bearer error=\"invalid_token\" Basic realm=\"x\"\r\n",
        "x-amzn-remapped-www-authenticate: Bearer error=\"invalid_token\"\r\n",
    ] {
        let fixture = set_up();
        let api = RawServer::start([Reply::new(401, headers, ""), Reply::new(200, "", "ok")]);
        let client = authorized_client(&fixture, &api);
        let response = client.get(&api.url("/")).send().await.unwrap();
        assert_eq!(response.status(), 200, "{headers}");
        assert_eq!(fixture.cognito.token_requests(), 2, "{headers}");
    }
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
        Reply::new(
            401,
            "www-authenticate: Bearer realm=\"error=\\\"invalid_token\\\"\"\r\n",
            "",
        ),
        Reply::new(
            401,
            "www-authenticate: Bearer realm=\"api\" DPoP error=\"invalid_token\"\r\n",
            "",
        ),
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
