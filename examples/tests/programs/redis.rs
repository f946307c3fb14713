//! `redis_token_store` shares tokens over a Redis that each test starts on a free port.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use actix_web::rt;
use cognito_m2m::{
    client::TokenClient,
    testing::{LocalClient, LocalCognito},
};
use store::RedisTokenStore;

use crate::{program::run_redis_token_store, user_pool::cognito};

#[path = "../../src/bin/redis_token_store.rs"]
mod store;

#[path = "../../../tests/token_store/suite.rs"]
mod suite;

const SECRET: &str = "s3cret-of-the-caller";

/// A Redis without persistence, which ends with the test.
struct Redis {
    process: Child,
    url: String,
}

impl Redis {
    fn start() -> Self {
        // If another program takes the port first, the start is repeated with another port.
        (0..5)
            .find_map(|_| Self::start_on(free_port()))
            .expect("Redis starts")
    }

    fn start_on(port: u16) -> Option<Self> {
        let mut process = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("`redis-server` is installed: the feature `redis` needs it");
        let stdout = process.stdout.take().expect("standard output is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let is_ready = lines.any(|line| line.contains("eady to accept connections"));
        // So that Redis never waits for a full pipe.
        thread::spawn(move || lines.for_each(drop));
        let url = format!("redis://127.0.0.1:{port}/");
        let redis = Self { process, url };
        is_ready.then_some(redis)
    }

    fn client(&self) -> redis::Client {
        redis::Client::open(self.url.as_str()).expect("a valid URL")
    }

    fn store(&self) -> RedisTokenStore {
        RedisTokenStore(self.client())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Both fail if it has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    listener.local_addr().expect("a bound address").port()
}

fn caller() -> LocalCognito {
    let cognito = cognito();
    let scopes = ["widgets/read", "widgets/write"];
    cognito.register(LocalClient::new("caller").secret(SECRET).scopes(scopes));
    cognito
}

fn run(cognito: &LocalCognito, redis_url: &str) -> Output {
    run_redis_token_store(&[
        ("REDIS_URL", redis_url),
        ("COGNITO_M2M_TOKEN_URL", &cognito.token_url()),
        ("COGNITO_M2M_CLIENT_ID", "caller"),
        ("COGNITO_M2M_CLIENT_SECRET", SECRET),
        ("COGNITO_M2M_CLIENT_SCOPES", "widgets/read"),
        ("RUST_LOG", "trace"),
    ])
}

/// Returns a client with long limits, because the machine may be busy.
fn client(cognito: &LocalCognito, store: RedisTokenStore, secret: &str) -> TokenClient {
    let limit = Duration::from_secs(60);
    let builder = TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("caller")
        .client_secret(secret.to_owned())
        .connect_timeout(limit)
        .timeout(limit)
        .deadline(limit * 10)
        .token_store_timeout(limit)
        .token_store(store);
    builder.build().expect("the settings are valid")
}

fn token_of(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let token = String::from_utf8(output.stdout.clone()).expect("a token is UTF-8");
    let token = token.trim_end().to_owned();
    assert!(!errors.contains(&token) && !errors.contains(SECRET));
    token
}

#[actix_web::test]
async fn redis_is_a_token_store() {
    let redis = Redis::start();
    suite::check(redis.store(), "a").await;
}

#[actix_web::test]
async fn twenty_clients_share_one_request_over_redis() {
    let redis = Redis::start();
    let cognito = caller();
    let running: Vec<_> = (0..20)
        .map(|_| {
            let client = client(&cognito, redis.store(), SECRET);
            rt::spawn(async move { client.token("widgets/read").await })
        })
        .collect();
    let mut tokens = Vec::new();
    for token in running {
        let token = token.await.expect("no panic").expect("a token");
        tokens.push(token.secret().to_owned());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    assert_eq!(cognito.token_requests(), 1);
}

#[test]
fn processes_share_a_token_over_redis() {
    let redis = Redis::start();
    let cognito = caller();
    let mut tokens: Vec<_> = (0..3)
        .map(|_| token_of(&run(&cognito, &redis.url)))
        .collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    assert_eq!(cognito.token_requests(), 1);
}

#[test]
fn process_without_redis_requests_a_token_itself() {
    let redis = Redis::start();
    let url = redis.url.clone();
    drop(redis);
    let cognito = caller();
    let output = run(&cognito, &url);
    assert!(!token_of(&output).is_empty());
    let log = String::from_utf8_lossy(&output.stderr);
    let warning = "tokens are requested without the token store";
    assert_eq!(log.matches(warning).count(), 1, "{log}");
}

#[actix_web::test]
async fn redis_sees_neither_tokens_nor_secrets() {
    let redis = Redis::start();
    let cognito = caller();
    let token = token_of(&run(&cognito, &redis.url));
    let connection = redis.client().get_multiplexed_async_connection().await;
    let mut connection = connection.expect("Redis runs");
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut connection)
        .await
        .expect("Redis runs");
    let key = keys.iter().find(|key| key.starts_with("token:"));
    let key = key.expect("an entry");
    let entry: Vec<u8> = redis::cmd("GET")
        .arg(key)
        .query_async(&mut connection)
        .await
        .expect("Redis runs");
    let life: i64 = redis::cmd("PTTL")
        .arg(key)
        .query_async(&mut connection)
        .await
        .expect("Redis runs");
    assert!(life > 0, "the entry ends with its token");
    let text = format!("{keys:?} {}", String::from_utf8_lossy(&entry));
    for secret in token.split('.').chain([SECRET, "caller", "widgets"]) {
        assert!(!text.contains(secret), "{secret}");
    }
    // A client with another secret does not find it.
    let stranger = client(&cognito, redis.store(), "wrong");
    assert!(stranger.token("widgets/read").await.is_err());
}
