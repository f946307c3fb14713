//! No token and no secret in clear text, in files, their names, logs, errors and `Debug` output.

use std::fs;

use cognito_m2m::client::TokenRequest;
use cognito_m2m_tests::CapturedLog;

use super::fixture::{Pool, SECRET, TemporaryFolder};

#[actix_web::test]
async fn rule_1_9_shared_tokens_and_secrets_are_nowhere_in_clear_text() {
    let Some(log) =
        CapturedLog::alone(rule_1_9_shared_tokens_and_secrets_are_nowhere_in_clear_text)
    else {
        return;
    };
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let request = || TokenRequest::new("widgets/read").client_metadata("tenant", "bluem4rker");
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let client = pool.client(folder.store());
        let token = client.token(request()).await.expect("a token");
        client.invalidate(&token);
        tokens.push(token.secret().to_owned());
        tokens.push(
            client
                .token(request())
                .await
                .expect("a token")
                .secret()
                .to_owned(),
        );
        fs::write(folder.entry(), "corrupt").expect("the entry is written");
    }
    let client = pool.client(folder.store());
    let token = client.token(request()).await.expect("a token");
    tokens.push(token.secret().to_owned());
    let taken = pool.client(folder.store()).token(request()).await;
    assert_eq!(taken.expect("a token").secret(), token.secret());

    let files = folder.files("");
    assert!(files.len() >= 2, "an entry and a lease: {files:?}");
    let names = format!("{files:?}");
    let debug = format!("{client:?} {:?} {token:?}", folder.store());
    let log = log.text();
    assert!(log.contains("took a token from the token store"), "{log}");
    let mut outputs = vec![names.into_bytes(), debug.into_bytes(), log.into_bytes()];
    outputs.extend(files.iter().map(|path| fs::read(path).expect("a file")));
    let secrets = tokens.iter().flat_map(|token| token.split('.'));
    let secrets = secrets.chain([SECRET, "bluem4rker"]);
    for secret in secrets {
        // Also a part of it.
        for part in [secret, &secret[..secret.len().min(16)]] {
            for output in &outputs {
                let is_found = contains(output, part.as_bytes());
                assert!(!is_found, "{part} in {}", String::from_utf8_lossy(output));
            }
        }
    }
    for name in ["reporting", "widgets"] {
        for path in &files {
            let entry = fs::read(path).expect("a file");
            assert!(!contains(&entry, name.as_bytes()), "{name}");
            assert!(!path.to_string_lossy().contains(name), "{path:?}");
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
