use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// The response to one request, received over a separate connection.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code, or 0 if the connection was closed without a response.
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// Everything after the status line, including the headers.
    pub(crate) text: String,
    pub(crate) elapsed: Duration,
}

impl Answer {
    /// Sends `request` to `address` and reads until the server closes.
    ///
    /// # Errors
    ///
    /// Returns an error if the server can't be reached or does not close within a minute.
    pub(crate) fn receive(address: SocketAddr, request: &[u8]) -> io::Result<Self> {
        let started = Instant::now();
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.set_write_timeout(Some(Duration::from_secs(60)))?;
        // A server may refuse a long request and close the connection before it was sent completely.
        ignoring_all_but_timeouts(stream.write_all(request))?;
        let mut received = Vec::new();
        ignoring_all_but_timeouts(stream.read_to_end(&mut received).map(drop))?;
        Ok(Self::parse(&received, started.elapsed()))
    }

    /// Returns the values of all header lines with this name.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let lines = self.headers.iter();
        let lines = lines.filter(|(line, _)| line.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| value.as_str()).collect()
    }

    /// Parses a response. Anything but HTTP has the status 0.
    pub(crate) fn parse(received: &[u8], elapsed: Duration) -> Self {
        let received = String::from_utf8_lossy(received);
        let (status, text) = received.split_once("\r\n").unwrap_or_default();
        let status = status
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        };
        Self {
            status: status.unwrap_or(0),
            headers: head.split("\r\n").filter_map(header).collect(),
            text: text.to_owned(),
            elapsed,
        }
    }
}

fn ignoring_all_but_timeouts(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
            ) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

mod tests {
    use super::*;

    #[test]
    fn status_headers_and_body_are_separated() {
        let received = b"HTTP/1.1 401 Unauthorized\r\nA: 1\r\na:  2 \r\nB: 3\r\n\r\nA: 4";
        let answer = Answer::parse(received, Duration::ZERO);
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("a"), ["1", "2"]);
        assert!(answer.text.ends_with("A: 4"));
        assert_eq!(Answer::parse(b"", Duration::ZERO).status, 0);
    }
}
