use std::fmt::{Debug, Display};
use std::io;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::client::CredentialPlacement;

const HUSH: &str = "hush-hush-hush";

/// Everything that was written or shown.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<u8>>>);

impl Seen {
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

    /// What a team's own `unwrap` would print.
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

impl io::Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Seen {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// For crates that log by `log`, as `reqwest` does.
impl log::Log for Seen {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.add(format!("{} {}\n", record.target(), record.args()).as_bytes());
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn secret_header_and_token_appear_nowhere() {
    let seen = Seen::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(seen.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    log::set_boxed_logger(Box::new(seen.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let token = format!("{HUSH}-token");
    let grant = format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":300}}"#);
    let echo = format!(r#"{{"error":"{HUSH}","error_description":"{HUSH}"}}"#);
    let location = format!("location: http://127.0.0.1:9/{HUSH}\r\n");
    for answer in [
        Answer::json(&grant),
        Answer::json(&format!("{grant} {HUSH}")),
        Answer::json(&format!("\"{HUSH}\"")),
        Answer::json(&format!(
            r#"{{"access_token":"{HUSH} x","token_type":"Bearer"}}"#
        )),
        Answer::json(&format!(
            r#"{{"access_token":"{HUSH}","token_type":"{HUSH}"}}"#
        )),
        Answer::json(&grant.replace("300", &format!("\"{HUSH}\""))),
        Answer::new(400, "", &echo),
        Answer::new(400, "", r#"{"error":"invalid_client"}"#),
        Answer::new(401, "", HUSH),
        Answer::new(503, "", HUSH),
        Answer::new(302, &location, HUSH),
        Answer::Bytes(format!("{HUSH}\r\n\r\n").into_bytes()),
        Answer::Close,
    ] {
        for placement in [CredentialPlacement::Basic, CredentialPlacement::Form] {
            show_all(&seen, answer.clone(), placement).await;
        }
    }

    let text = seen.text();
    assert!(text.contains("token could not be fetched"), "expected logs");
    assert!(
        text.contains("starting new connection"),
        "expected logs by `log`"
    );
    let pair = STANDARD.encode(format!("reporting:{HUSH}"));
    for secret in [HUSH, pair.as_str(), STANDARD.encode(HUSH).as_str()] {
        let hits = text.lines().filter(|line| line.contains(secret));
        let hits: Vec<_> = hits.collect();
        assert!(hits.is_empty(), "{secret} in {hits:#?}");
    }
}

async fn show_all(seen: &Seen, answer: Answer, placement: CredentialPlacement) {
    let server = RawServer::start([answer]);
    let clock = TestClock::new();
    let builder = client_of(&server.url("/token"))
        .client_secret(HUSH)
        .second_client_secret(HUSH)
        .client_metadata("password", HUSH)
        .credential_placement(placement)
        .clock(clock.clone());
    seen.show(&builder);
    let tokens = builder.build().unwrap();
    seen.show(&tokens);
    let bound = tokens.for_origins([server.origin()], "a").unwrap();
    seen.show(&bound);
    let client = bound.into_client().unwrap();
    seen.show(&client);
    seen.show(&client.get(&server.url("/")));

    match turning(&clock, tokens.token("a")).await {
        Ok(token) => {
            seen.show(&token);
            let response = client.get(&server.url("/")).send().await;
            seen.show(&response.map(|response| response.status()));
            seen.show_panic(token);
        }
        Err(error) => {
            seen.show_error(&error);
            seen.show_panic(error);
        }
    }
    match tokens.fetch_token("a").await {
        Ok(response) => seen.show(&response),
        Err(error) => seen.show_error(&error),
    }
}
