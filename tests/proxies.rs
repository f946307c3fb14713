//! Proxies in the environment: loopback is always reached directly, everything else through the
//! proxy.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use cognito_m2m::CognitoAuth;
use cognito_m2m::client::TokenClient;
use cognito_m2m::testing::{LocalClient, LocalCognito};
use cognito_m2m_tests::has_passed_with;

/// Starts a proxy that reports the first line of each request and closes the connection. Returns its
/// URL and the lines.
fn start_proxy() -> (String, Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (report, requests) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut line = String::new();
            let mut reader = BufReader::new(stream);
            let read = reader.read_line(&mut line);
            // Before the connection is closed.
            if read.is_ok() && report.send(line).is_err() {
                break;
            }
        }
    });
    (url, requests)
}

#[actix_web::test]
async fn proxy_of_the_environment_serves_https_beside_loopback() {
    let (url, requests) = start_proxy();
    let proxies = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
    ];
    let mut variables = proxies.map(|name| (name, url.as_str())).to_vec();
    variables.extend([("NO_PROXY", ""), ("no_proxy", "")]);
    let this = proxy_of_the_environment_serves_https_beside_loopback;
    if has_passed_with(this, &variables) {
        let requests: Vec<_> = requests.try_iter().collect();
        let [request] = &requests[..] else {
            panic!("one request to the proxy: {requests:?}");
        };
        assert!(request.starts_with("CONNECT api.example:443 "), "{request}");
        return;
    }
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.register(
        LocalClient::new("reporting")
            .secret("s3cret")
            .scopes(["widgets/read"]),
    );
    let tokens = TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("reporting")
        .client_secret("s3cret")
        .build()
        .expect("a token client");
    let auth = CognitoAuth::new(cognito.settings()).expect("the middleware is built");
    let token = tokens.token("widgets/read").await.expect("a token");
    auth.validate_token(token.secret())
        .await
        .expect("a valid token");

    let jwks_url = cognito.jwks_url();
    let (origin, _) = jwks_url
        .split_once("/us-east-1")
        .expect("the path of a pool");
    let client = tokens.for_origins([origin, "https://api.example"], "widgets/read");
    let client = client
        .expect("two origins")
        .into_client()
        .expect("a client");
    let response = client.get(&jwks_url).send().await.expect("a response");
    assert_eq!(response.status(), 200);

    let call = client.get("https://api.example/widgets").send().await;
    call.expect_err("the proxy closes the connection");
}
