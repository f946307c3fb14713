//! The HTTP client that fetches signing keys and tokens.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response, Url};

/// Creates the HTTP client that is used if none is configured.
///
/// It follows no redirects. It neither stores cookies nor decompresses bodies, since this crate
/// does not enable those features of `reqwest`.
pub(crate) fn default_client(
    url: &Url,
    connect_timeout: Duration,
    timeout: Duration,
) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(connect_timeout)
        .timeout(timeout)
        .user_agent(concat!("cognito-m2m/", env!("CARGO_PKG_VERSION")));
    let builder = if url.scheme() == "http" {
        plain_http_only(builder)
    } else {
        builder
    };
    builder.build()
}

/// Configures a client that never uses TLS, and no proxy either.
///
/// `http` URLs are meant for loopback: a proxy from the environment would send the request to
/// another machine. The root certificates of the system are not loaded, since building a client
/// fails on a machine without any.
pub(crate) fn plain_http_only(builder: ClientBuilder) -> ClientBuilder {
    builder.no_proxy().tls_certs_only([])
}

/// Reads a body of at most `max_bytes`, counted after decompression if the client decompresses.
pub(crate) async fn read_body(
    response: &mut Response,
    max_bytes: usize,
) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Transport)? {
        if body.len().saturating_add(chunk.len()) > max_bytes {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error of [`read_body`].
#[derive(Debug)]
pub(crate) enum BodyError {
    Transport(reqwest::Error),
    TooLarge,
}
