use std::net::SocketAddr;

use cognito_m2m::reqwest::{Client, Method, RequestBuilder, Response};

/// An HTTP client for a server under test.
#[derive(Clone, Debug)]
pub struct Api {
    address: SocketAddr,
    client: Client,
}

impl Api {
    /// Creates a client for the server at `address`.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        Self {
            address,
            client: Client::new(),
        }
    }

    /// Returns the URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns a request without a token, to be completed and sent with [`Answer::receive`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Sends a `GET` request without a token.
    pub async fn get_without_token(&self, path: &str) -> Answer {
        Answer::receive(self.request(Method::GET, path)).await
    }

    /// Sends a `GET` request with a bearer token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        Answer::receive(self.request(Method::GET, path).bearer_auth(token)).await
    }
}

/// An HTTP response with the parts that tests check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body as text.
    pub body: String,
    /// The value of `WWW-Authenticate`.
    pub challenge: Option<String>,
    /// The value of `Retry-After`.
    pub retry_after: Option<String>,
    /// The value of `Content-Type`.
    pub content_type: Option<String>,
}

impl Answer {
    /// Sends a request and reads the whole response.
    ///
    /// # Panics
    ///
    /// Panics if the server does not answer.
    pub async fn receive(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        let header = |name: &str| header(&response, name);
        let (challenge, retry_after) = (header("www-authenticate"), header("retry-after"));
        Self {
            status: response.status().as_u16(),
            challenge,
            retry_after,
            content_type: header("content-type"),
            body: response.text().await.expect("a body in UTF-8"),
        }
    }

    /// Returns the member `detail` of a JSON body.
    ///
    /// # Panics
    ///
    /// Panics if the body is not a JSON object with that member.
    #[must_use]
    pub fn detail(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("a JSON body");
        body["detail"]
            .as_str()
            .expect("a member `detail`")
            .to_owned()
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(
        value
            .to_str()
            .expect("a header value of visible characters")
            .to_owned(),
    )
}
