use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A server on loopback that counts what it is asked: the issuer's, or one that nobody may ask.
///
/// It lives until the process ends.
pub(crate) struct Upstream {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    /// Starts a server that answers every request with `body`.
    pub(crate) fn serving(body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
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

    /// The base URL, without a slash at its end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests were `GET` of `path`.
    pub(crate) fn requests_of(&self, path: &str) -> usize {
        let expected = format!("GET {path} HTTP/1.1");
        let requests = self.requests.lock().expect("no other panic");
        requests.iter().filter(|line| **line == expected).count()
    }

    /// How many connections there were, whatever they asked.
    pub(crate) fn connections(&self) -> usize {
        self.requests.lock().expect("no other panic").len()
    }
}

/// Notes the first line of one request, an empty one where none came, and answers.
fn serve(mut stream: TcpStream, answer: &str, seen: &Mutex<Vec<String>>) {
    let patience = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut lines = patience
        .and_then(|()| stream.try_clone())
        .into_iter()
        .flat_map(|reading| BufReader::new(reading).lines().map_while(Result::ok));
    let first = lines.next().unwrap_or_default();
    seen.lock().expect("no other panic").push(first);
    // An answer before the end of the head may reset the connection.
    lines.find(String::is_empty);
    drop(lines);
    // The client may be gone; that it asked is what counts.
    drop(stream.write_all(answer.as_bytes()));
}
