//! A minimal HTTP client that opens a connection for each request.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The response of a server.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
    head: String,
}

impl Response {
    /// Returns the body as JSON, or null if it is empty.
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    }
}

/// Sends a request. Every body is declared as JSON.
pub(crate) fn request(
    server: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&str>,
) -> Response {
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n");
    if let Some(token) = token {
        request += &format!("Authorization: Bearer {token}\r\n");
    }
    if let Some(body) = body {
        let length = body.len();
        request += &format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
    }
    request += "\r\n";
    request += body.unwrap_or_default();

    let mut connection = TcpStream::connect(server).expect("the server accepts connections");
    connection
        .set_read_timeout(Some(READ_TIMEOUT))
        .expect("the timeout is not zero");
    connection
        .write_all(request.as_bytes())
        .expect("the server reads the request");
    let mut response = String::new();
    connection
        .read_to_string(&mut response)
        .expect("the server responds and closes the connection");
    parse(&response)
}

fn parse(response: &str) -> Response {
    let (head, body) = response
        .split_once("\r\n\r\n")
        .expect("a response has a head");
    let status = head.split(' ').nth(1).expect("a status line has a status");
    Response {
        status: status.parse().expect("a status is a number"),
        body: body.to_owned(),
        head: head.to_owned(),
    }
}
