use std::net::SocketAddr;

use cognito_m2m::reqwest::{Client, Method, RequestBuilder, Response};

/// A server under test, and a client to ask it.
#[derive(Clone, Debug)]
pub struct Api {
    address: SocketAddr,
    client: Client,
}

impl Api {
    /// Asks the server at this address.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        Self {
            address,
            client: Client::new(),
        }
    }

    /// Where a path is.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request to finish by hand.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// `GET` without a token.
    pub async fn get_without_token(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// `GET` with a token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).bearer_auth(token)).await
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body as text.
    pub body: String,
    /// `WWW-Authenticate`.
    pub challenge: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
}

impl Answer {
    /// Sends a request.
    ///
    /// # Panics
    ///
    /// When the server gives no answer.
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let header = |name: &str| header(&response, name);
        let (challenge, retry_after) = (header("www-authenticate"), header("retry-after"));
        Self {
            status: response.status().as_u16(),
            challenge,
            retry_after,
            content_type: header("content-type"),
            body: response.text().await.expect("a body"),
        }
    }

    /// The member `detail` of a JSON answer.
    ///
    /// # Panics
    ///
    /// When the body is something else.
    #[must_use]
    pub fn detail(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        body["detail"].as_str().expect("a detail").to_owned()
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(value.to_str().expect("visible characters").to_owned())
}
