use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::EndpointKind;
use crate::testing::TestClock;

/// The reaction of the server to one request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Sends exactly these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Sends a complete response with this status, these headers and this body. The body is
    /// translated for the kind of endpoint that the server is.
    Response(u16, String, String),
    /// Closes the connection without sending a byte.
    Close,
    /// Advances the clock by this time, and then sends the reply.
    After(TestClock, Duration, Box<Reply>),
    /// Sends what the function returns.
    Made(Arc<dyn Fn() -> Reply + Send + Sync>),
}

impl Reply {
    /// Creates a complete response. Each line of `headers` ends in CRLF.
    pub(super) fn new(status: u16, headers: &str, body: &str) -> Self {
        Self::Response(status, headers.to_owned(), body.to_owned())
    }

    /// Creates a reply that is built when the request arrives.
    pub(super) fn made(make: impl Fn() -> Self + Send + Sync + 'static) -> Self {
        Self::Made(Arc::new(make))
    }

    pub(super) fn json(body: &str) -> Self {
        Self::new(200, "content-type: application/json\r\n", body)
    }

    /// Creates a response with a token that expires in 300 s and arrives after this delay.
    pub(super) fn late_token(clock: &TestClock, delay: Duration) -> Self {
        Self::After(clock.clone(), delay, Box::new(Self::token("t")))
    }

    /// Creates a response with a token that expires in 300 s.
    pub(super) fn token(token: &str) -> Self {
        Self::json(&format!(
            r#"{{"access_token":"{token}","expires_in":300,"token_type":"Bearer"}}"#
        ))
    }
}

/// A request that the server has received.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) head: String,
    pub(super) body: String,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A TCP server with fixed replies. It sends them in order, and repeats the last one.
pub(super) struct RawServer {
    origin: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl RawServer {
    /// Starts a server that sends the replies as they are written.
    pub(super) fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start_as(EndpointKind::OAuth, replies)
    }

    /// Starts a server that translates the replies for this kind of endpoint.
    pub(super) fn start_as(kind: EndpointKind, replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let mut replies: VecDeque<Reply> = replies.into_iter().collect();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let Some(request) = read(&stream) else {
                    continue;
                };
                log.lock().unwrap().push(request);
                let reply = match replies.len() {
                    1 => replies[0].clone(),
                    _ => replies.pop_front().unwrap(),
                };
                send(stream, kind, reply);
            }
        });
        Self { origin, received }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(super) fn requests(&self) -> usize {
        self.received.lock().unwrap().len()
    }
}

fn read(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut received = Received {
        head,
        body: String::new(),
    };
    let length = received
        .header("content-length")
        .map_or(0, |it| it.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    received.body = String::from_utf8(body).ok()?;
    Some(received)
}

fn send(mut stream: TcpStream, kind: EndpointKind, reply: Reply) {
    let bytes = match reply {
        Reply::Close => return,
        Reply::Bytes(bytes) => bytes,
        Reply::Response(status, headers, body) => {
            let body = kind.body(&body);
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} Test\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
            );
            [head, body].concat().into_bytes()
        }
        Reply::After(clock, delay, reply) => {
            clock.advance(delay);
            return send(stream, kind, *reply);
        }
        Reply::Made(make) => return send(stream, kind, make()),
    };
    // Fails if the client has closed the connection early.
    let _ = stream.write_all(&bytes);
}
