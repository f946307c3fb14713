//! `redis_token_store` shares tokens over a Redis that each test starts on a free port.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    thread,
};

use cognito_m2m::testing::{LocalClient, LocalCognito};
use store::RedisTokenStore;

use crate::{program::run_redis_token_store, user_pool::cognito};

#[path = "../../src/bin/redis_token_store.rs"]
#[expect(dead_code, reason = "`main` runs in processes of its own")]
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
    let store = RedisTokenStore::new(&redis.url).expect("a valid URL");
    suite::check(store, "a").await;
}

#[test]
fn processes_share_a_token_over_redis() {
    let redis = Redis::start();
    let cognito = caller();
    let outputs: Vec<_> = thread::scope(|scope| {
        let start = |_| scope.spawn(|| run(&cognito, &redis.url));
        let running: Vec<_> = (0..20).map(start).collect();
        let outputs = running.into_iter().map(|run| run.join());
        outputs.map(|output| output.expect("no panic")).collect()
    });
    let mut tokens: Vec<_> = outputs.iter().map(token_of).collect();
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
    use cognito_m2m::client::TokenClient;

    let redis = Redis::start();
    let cognito = caller();
    let token = token_of(&run(&cognito, &redis.url));
    let client = redis::Client::open(redis.url.as_str()).expect("a valid URL");
    let connection = client.get_multiplexed_async_connection().await;
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
    let store = RedisTokenStore::new(&redis.url).expect("a valid URL");
    let stranger = TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("caller")
        .client_secret("wrong")
        .token_store(store)
        .build()
        .expect("the settings are valid");
    assert!(stranger.token("widgets/read").await.is_err());
}
