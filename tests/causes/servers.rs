//! Servers on loopback that fail in every way that a server of AWS can fail.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cognito_m2m::reqwest::Client;
use cognito_m2m::reqwest::dns::{Name, Resolve, Resolving};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

/// A certificate of an issuer that no machine trusts, valid until 2120, and its private key.
const UNKNOWN_ISSUER: &[u8] = include_bytes!("unknown_issuer.pem");

/// The text that must not appear in any error.
pub(super) const CANARY: &str = "canary";

/// A limit that only a hung test exceeds.
const NEVER: Duration = Duration::from_secs(60);

/// A failure, and what its errors must contain.
pub(super) struct Failure {
    pub(super) name: &'static str,
    /// The URL of a JWK Set or of a token endpoint, without a query.
    pub(super) url: String,
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    /// A text in the error of a key fetch.
    pub(super) of_keys: &'static str,
    /// A text in the error of a token request.
    pub(super) of_tokens: &'static str,
    /// The root of the error, in the words of the system or of the TLS library.
    pub(super) root: &'static str,
    /// The HTTP client, if it is not the default one.
    pub(super) http_client: Option<Client>,
}

impl Failure {
    fn new(name: &'static str, url: String, [of_keys, of_tokens, root]: [&'static str; 3]) -> Self {
        Self {
            name,
            url,
            connect_timeout: NEVER,
            timeout: NEVER,
            of_keys,
            of_tokens,
            root,
            http_client: None,
        }
    }
}

/// Returns one failure of each kind.
pub(super) fn failures() -> Vec<Failure> {
    let failed = "failed to connect to the JWKS URL";
    let invalid = "the JWKS URL sent no valid response";
    let incomplete = "the response of the JWKS URL was incomplete";
    let connect = "failed to connect";
    let closed = "connection closed before message completed";
    let mut failures = vec![
        Failure {
            http_client: Some(client_with_unknown_hosts()),
            ..Failure::new(
                "unknown host",
                "https://nowhere.invalid/x".to_owned(),
                [failed, connect, "Name or service not known"],
            )
        },
        // Nothing listens on port 1, which is privileged.
        Failure::new(
            "closed port",
            "http://127.0.0.1:1/x".to_owned(),
            [failed, connect, "Connection refused"],
        ),
        Failure::new(
            "unknown certificate authority",
            https(serve(answer_with_unknown_certificate)),
            [failed, connect, "UnknownIssuer"],
        ),
        Failure::new(
            "port without TLS",
            https(serve(|stream| {
                send(&stream, "HTTP/1.1 400 Bad Request\r\n\r\n");
            })),
            [failed, connect, "InvalidContentType"],
        ),
        Failure::new(
            "connection that is closed without a response",
            http(serve(|stream| send(&stream, ""))),
            [invalid, "error sending request", closed],
        ),
        Failure::new(
            "response of another protocol",
            http(serve(|stream| send(&stream, "SSH-2.0-OpenSSH_9.2\r\n\r\n"))),
            [invalid, "error sending request", "invalid HTTP"],
        ),
        Failure::new(
            "body that is cut off",
            http(serve(|stream| {
                send(
                    &stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"keys\":[",
                );
            })),
            [
                incomplete,
                "the response was incomplete",
                "end of file before message length",
            ],
        ),
        Failure::new(
            "chunk size that is cut off",
            http(serve(|stream| {
                send(
                    &stream,
                    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9",
                );
            })),
            [
                incomplete,
                "the response was incomplete",
                "unexpected EOF during chunk size line",
            ],
        ),
    ];
    let hung = [
        "did not respond within `jwks_timeout`",
        "timed out",
        "timeout",
    ];
    failures.push(Failure {
        timeout: Duration::from_secs(1),
        of_tokens: "failed to request a token: timed out",
        root: "",
        ..Failure::new("server that never answers", http(serve(hang)), hung)
    });
    let hung = [
        "opened within `jwks_connect_timeout`",
        "timed out while connecting",
        "timed out",
    ];
    failures.push(Failure {
        connect_timeout: Duration::from_secs(1),
        ..Failure::new("handshake that never ends", https(serve(hang)), hung)
    });
    failures
}

/// Creates a client that finds no host, without asking a server.
fn client_with_unknown_hosts() -> Client {
    struct NoHosts;

    impl Resolve for NoHosts {
        fn resolve(&self, _: Name) -> Resolving {
            let text = "failed to lookup address information: Name or service not known";
            Box::pin(async move { Err(io::Error::other(text).into()) })
        }
    }

    let client = Client::builder().dns_resolver(NoHosts).no_proxy();
    client.build().expect("root certificates are installed")
}

fn http(address: SocketAddr) -> String {
    format!("http://{address}/x")
}

fn https(address: SocketAddr) -> String {
    format!("https://{address}/x")
}

/// Calls `answer` with every connection, each on its own thread.
fn serve(answer: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || answer(stream));
        }
    });
    address
}

/// Reads what the client sends first, sends `response`, and closes the connection.
fn send(mut stream: &TcpStream, response: &str) {
    let mut request = [0; 8192];
    // Errors mean that the client has closed the connection.
    let _ = stream.read(&mut request);
    let _ = stream.write_all(response.as_bytes());
}

/// Reads until the client closes the connection.
fn hang(mut stream: TcpStream) {
    while stream.read(&mut [0; 1024]).is_ok_and(|length| length > 0) {}
}

fn answer_with_unknown_certificate(mut stream: TcpStream) {
    let certificate = CertificateDer::from_pem_slice(UNKNOWN_ISSUER).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(UNKNOWN_ISSUER).expect("a private key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a matching key");
    let mut connection = ServerConnection::new(Arc::new(config)).expect("a TLS server");
    // Fails, because the client refuses the certificate.
    let _ = connection.complete_io(&mut stream);
}
