use std::fmt::{Debug, Display};
use std::io;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tracing_subscriber::fmt::MakeWriter;

use super::secret_files::SecretFile;
use super::*;
use crate::client::CredentialPlacement;

/// A string that must not appear in any output.
const SECRET_TEXT: &str = "must-not-appear";

/// Collects all log lines and all printed values.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn show(&self, value: &(impl Debug + ?Sized)) {
        self.add(format!("{value:?} {value:#?}").as_bytes());
    }

    fn show_error(&self, error: &(impl std::error::Error + 'static)) {
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = next {
            self.show(error);
            let text: &dyn Display = error;
            self.add(format!("{text} {text:#}").as_bytes());
            next = error.source();
        }
    }

    /// Adds the message with which `unwrap` would panic.
    fn show_panic(&self, value: impl Debug) {
        let result: Result<(), _> = Some(value).map_or(Ok(()), Err);
        let unwrap = std::panic::AssertUnwindSafe(|| result.unwrap());
        let message = std::panic::catch_unwind(unwrap).unwrap_err();
        self.add(message.downcast_ref::<String>().unwrap().as_bytes());
    }

    fn add(&self, bytes: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(bytes);
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Collects the lines of crates that use `log`, such as `reqwest`.
impl log::Log for Output {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.add(format!("{} {}\n", record.target(), record.args()).as_bytes());
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn secrets_and_tokens_are_never_printed() {
    let output = Output::default();
    collect_logs(&output);
    for reply in replies_with_secrets() {
        for placement in [CredentialPlacement::Basic, CredentialPlacement::Form] {
            show_all(&output, reply.clone(), placement).await;
        }
    }

    show_rotation(&output).await;

    let text = output.text();
    for line in [
        "failed to fetch a token",
        "failed to obtain the client secret",
        "expected no surrounding whitespace",
        "the callback failed: denied",
        "the token endpoint accepted the new client secret",
    ] {
        assert!(text.contains(line), "no log line with {line:?}");
    }
    assert!(text.contains("starting new connection"), "no `log` logs");
    let pair = STANDARD.encode(format!("reporting:{SECRET_TEXT}"));
    for secret in [SECRET_TEXT, &pair, &STANDARD.encode(SECRET_TEXT)] {
        let hits = text.lines().filter(|line| line.contains(secret));
        let hits: Vec<_> = hits.collect();
        assert!(hits.is_empty(), "{secret} in {hits:#?}");
    }
}

fn collect_logs(output: &Output) {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(output.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    log::set_boxed_logger(Box::new(output.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
}

/// Replies of every kind, with the secret text wherever a server could echo it.
fn replies_with_secrets() -> [Reply; 16] {
    let token = format!("{SECRET_TEXT}-token");
    let grant = format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":300}}"#);
    let echo = format!(r#"{{"error":"{SECRET_TEXT}","error_description":"{SECRET_TEXT}"}}"#);
    let challenge = format!("www-authenticate: Basic realm=\"{SECRET_TEXT}\"\r\n");
    let location = format!("location: http://127.0.0.1:9/{SECRET_TEXT}\r\n");
    [
        Reply::json(&grant),
        Reply::json(&format!("{grant} {SECRET_TEXT}")),
        Reply::json(&format!("\"{SECRET_TEXT}\"")),
        Reply::json(&format!(
            r#"{{"access_token":"{SECRET_TEXT} x","token_type":"Bearer"}}"#
        )),
        Reply::json(&format!(
            r#"{{"access_token":"{SECRET_TEXT}","token_type":"{SECRET_TEXT}"}}"#
        )),
        Reply::json(&grant.replace("300", &format!("\"{SECRET_TEXT}\""))),
        Reply::new(400, "", &echo),
        Reply::new(400, "", r#"{"error":"invalid_client"}"#),
        Reply::json(&echo),
        Reply::json(&grant.replacen('{', &format!(r#"{{"access_token":"{token}","#), 1)),
        Reply::new(401, &challenge, SECRET_TEXT),
        Reply::new(401, "", SECRET_TEXT),
        Reply::new(503, "", SECRET_TEXT),
        Reply::new(302, &location, SECRET_TEXT),
        Reply::Bytes(format!("{SECRET_TEXT}\r\n\r\n").into_bytes()),
        Reply::Close,
    ]
}

/// Replaces a secret file by a valid and by an invalid one, and calls a callback that fails.
async fn show_rotation(output: &Output) {
    let file = SecretFile::new(SECRET);
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        let builder = builder.client_secret_file(file.path());
        output.show(&builder);
        builder
    });
    fixture.tokens.token("widgets/read").await.unwrap();
    register(&fixture.cognito, SECRET_TEXT);
    file.replace(SECRET_TEXT);
    output.show(&fixture.tokens.token("widgets/write").await.unwrap());
    fixture.clock.advance(Duration::from_secs(10));
    register(&fixture.cognito, "next");
    file.replace(format!("{SECRET_TEXT} \n"));
    let error = fixture
        .tokens
        .fetch_token("widgets/read")
        .await
        .unwrap_err();
    output.show_error(&error);

    file.replace(format!("{SECRET_TEXT}\n\n"));
    let builder = builder_without_secret("http://127.0.0.1:9/token");
    let builder = builder.client_secret_file(file.path());
    output.show_error(&builder.build().unwrap_err());
    let secrets = crate::client::ClientSecrets::new(SECRET_TEXT).with_second(SECRET_TEXT);
    output.show(&secrets);
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        builder.client_secret_from(async || Err::<String, _>("denied"))
    });
    let error = fixture.tokens.token("widgets/read").await.unwrap_err();
    output.show_error(&error);
}

async fn show_all(output: &Output, reply: Reply, placement: CredentialPlacement) {
    let server = RawServer::start([reply]);
    let clock = TestClock::new();
    let builder = client_builder(&server.url("/token"))
        .client_secret(SECRET_TEXT)
        .second_client_secret(SECRET_TEXT)
        .client_metadata("password", SECRET_TEXT)
        .credential_placement(placement)
        .clock(clock.clone());
    output.show(&builder);
    let tokens = builder.build().unwrap();
    output.show(&tokens);
    let origin_tokens = tokens.for_origins([server.origin()], "a").unwrap();
    output.show(&origin_tokens);
    let client = origin_tokens.into_client().unwrap();
    output.show(&client);
    output.show(&client.get(&server.url("/")));

    match advancing_clock(&clock, tokens.token("a")).await {
        Ok(token) => {
            output.show(&token);
            let response = client.get(&server.url("/")).send().await;
            output.show(&response.map(|response| response.status()));
            output.show_panic(token);
        }
        Err(error) => {
            output.show_error(&error);
            output.show_panic(error);
        }
    }
    match tokens.fetch_token("a").await {
        Ok(response) => output.show(&response),
        Err(error) => output.show_error(&error),
    }
}
