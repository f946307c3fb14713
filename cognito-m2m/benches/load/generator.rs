use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::requests::Requests;

const CONNECTIONS: usize = 32;

/// The number of requests after which a connection ends, whatever the time.
const MAX_REQUESTS: usize = 500_000;

/// The time after which the benchmark gives up. It is longer than any round.
const TIMEOUT: Duration = Duration::from_secs(90);

/// The order in which a connection sends requests.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    /// Every request once.
    EachOnce,
    /// At random until the time is over, the same in every run.
    Random(Duration),
}

/// The behavior of the generator while it has nothing to send.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Idle {
    /// Leaves its core to others. The server then wakes the generator with many of its responses, which
    /// costs the server more than the rest of the system call.
    Sleep,
    /// Keeps its core busy, so that every response costs the server the same, however fast the server is.
    Spin,
}

/// Open connections to a server.
pub(crate) struct Connections(Vec<TcpStream>);

impl Connections {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            let connection = TcpStream::connect(address).await;
            let connection = connection.expect("the server accepts connections");
            connection.set_nodelay(true).expect("the option can be set");
            connections.push(connection);
        }
        Self(connections)
    }

    /// Sends requests on all connections, each time after the response to the previous one, and returns
    /// the latencies in nanoseconds. Every response must have this status.
    pub(crate) async fn send(
        self,
        requests: &Requests,
        order: Order,
        status: u16,
        idle: Idle,
    ) -> Vec<u32> {
        let spinning = (idle == Idle::Spin).then(|| {
            tokio::spawn(async {
                loop {
                    tokio::task::yield_now().await;
                }
            })
        });
        let mut tasks = JoinSet::new();
        for (number, stream) in self.0.into_iter().enumerate() {
            let connection = Connection::new(stream, status);
            tasks.spawn(connection.send(Arc::clone(requests), order, number));
        }
        let done = tokio::time::timeout(TIMEOUT, tasks.join_all()).await;
        let done = done.expect("the server responds in time");
        if let Some(spinning) = spinning {
            spinning.abort();
        }
        done.into_iter().flatten().collect()
    }
}

struct Connection {
    stream: TcpStream,
    status_line: String,
    buffer: [u8; 4096],
    // The length of the previous response. That of the next one is the same, so it is parsed only once.
    length: usize,
}

impl Connection {
    fn new(stream: TcpStream, status: u16) -> Self {
        Self {
            stream,
            status_line: format!("HTTP/1.1 {status} "),
            buffer: [0; 4096],
            length: 0,
        }
    }

    async fn send(mut self, requests: Requests, order: Order, number: usize) -> Vec<u32> {
        let mut random = fastrand::Rng::with_seed(number as u64);
        let mut latencies = Vec::new();
        let mut next = number;
        let mut sent_at = Instant::now();
        let start = sent_at;
        for _ in 0..MAX_REQUESTS {
            let request = match order {
                Order::Random(duration) if sent_at - start < duration => {
                    requests.get(random.usize(..requests.len()))
                }
                Order::Random(_) => None,
                Order::EachOnce => requests.get(next),
            };
            let Some(request) = request else {
                break;
            };
            next += CONNECTIONS;
            let written = self.stream.write_all(request).await;
            written.expect("the server reads the request");
            self.receive().await;
            let received_at = Instant::now();
            let latency = (received_at - sent_at).as_nanos();
            latencies.push(u32::try_from(latency).unwrap_or(u32::MAX));
            sent_at = received_at;
        }
        latencies
    }

    /// Reads one response.
    async fn receive(&mut self) {
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await;
            let read = read.expect("the server responds");
            assert!(
                read > 0,
                "the server closed the connection, or its response is long"
            );
            filled += read;
            let received = &self.buffer[..filled];
            if filled != self.length {
                let Some(length) = response_length(received) else {
                    continue;
                };
                self.length = length;
            }
            if filled == self.length {
                assert!(
                    received.starts_with(self.status_line.as_bytes()),
                    "expected {}, found {}",
                    self.status_line,
                    String::from_utf8_lossy(received)
                );
                return;
            }
        }
    }
}

/// Returns the length of a response, or `None` if its header is incomplete.
fn response_length(received: &[u8]) -> Option<usize> {
    let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let header = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
    let (_, after) = header
        .split_once("\r\ncontent-length: ")
        .expect("the response has a length");
    let digits = after.split("\r\n").next();
    let body: usize = digits
        .and_then(|digits| digits.parse().ok())
        .expect("the length is a number");
    Some(end + 4 + body)
}
