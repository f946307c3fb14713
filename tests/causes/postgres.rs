//! Connections to a PostgreSQL server that fail: the cause is not the text of the client library alone.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use cognito_m2m::activity::PostgresActivity;

use super::*;

/// Starts a server that answers the request for TLS with this byte, and returns its port.
fn server_that_answers(reply: u8) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // Errors mean that the client has closed the connection.
            let _ = stream.read_exact(&mut [0; 8]);
            let _ = stream.write_all(&[reply]);
            let _ = stream.read(&mut [0]);
        }
    });
    port
}

#[actix_web::test]
async fn cause_of_a_failed_connection_to_postgres_is_logged_with_its_sources() {
    let this = cause_of_a_failed_connection_to_postgres_is_logged_with_its_sources;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let handshake = "error performing TLS handshake: ";
    for (port, texts) in [
        (1, ["error connecting to server: ", "Connection refused"]),
        (
            server_that_answers(b'N'),
            [handshake, "server does not support TLS"],
        ),
        (
            server_that_answers(b'S'),
            [handshake, "no TLS implementation configured"],
        ),
    ] {
        let url = format!("postgres://api:hunter2@127.0.0.1:{port}/api?sslmode=require");
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let message = "the activity store is not ready";
        let lines = log.lines_with(message).len();
        let _auth = CognitoAuth::builder()
            .settings(cognito.settings().track_client_activity(true))
            .activity_store(PostgresActivity::new(url))
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        eventually(message, || log.lines_with(message).len() > lines).await;
        let line = last_line(&log, message);
        for text in texts {
            assert_eq!(line.matches(text).count(), 1, "{text} in {line}");
        }
        assert!(!line.contains("hunter2"), "{line}");
    }
}
