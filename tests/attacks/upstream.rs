use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A server on loopback that counts its requests: the one with the key set, or the canary, which must
/// receive none. It runs until the process ends.
pub(crate) struct Upstream {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    /// Starts a server that answers every request with `body`.
    pub(crate) fn serving(body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener
            .local_addr()
            .expect("the address of a bound socket");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &answer, &seen);
            }
        });
        Self { address, requests }
    }

    /// Returns the base URL, without a trailing slash.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the number of `GET` requests for `path`.
    pub(crate) fn requests_of(&self, path: &str) -> usize {
        let expected = format!("GET {path} HTTP/1.1");
        let requests = self.requests.lock().expect("no thread has panicked");
        requests.iter().filter(|line| **line == expected).count()
    }

    /// Returns the number of connections, whatever their requests were.
    pub(crate) fn connections(&self) -> usize {
        self.requests.lock().expect("no thread has panicked").len()
    }
}

/// Records the first line of a request, or an empty line if none arrived, and answers.
fn serve(mut stream: TcpStream, answer: &str, seen: &Mutex<Vec<String>>) {
    let timeout_set = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut lines = timeout_set
        .and_then(|()| stream.try_clone())
        .into_iter()
        .flat_map(|reading| BufReader::new(reading).lines().map_while(Result::ok));
    let first = lines.next().unwrap_or_default();
    seen.lock().expect("no thread has panicked").push(first);
    // Answering before the end of the headers may reset the connection.
    lines.find(String::is_empty);
    drop(lines);
    // The client may have closed the connection; the request counts anyway.
    drop(stream.write_all(answer.as_bytes()));
}
