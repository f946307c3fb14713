//! How do processes on several machines share their tokens?
//!
//! `cargo run -p cognito-m2m-examples --features redis --bin redis_token_store`
//!
//! Prints a token, which all processes with the same Redis (`REDIS_URL`) and the same app client
//! share. The variables of the client are those of `fetch_token`. Redis sees encrypted tokens only.

use std::{error::Error, time::Duration};

use cognito_m2m::client::{
    Lease, TokenClient, TokenClientSettings, TokenStore, TokenStoreError, TokenStoreFuture,
};
use redis::{Client, Cmd, FromRedisValue, RedisError, cmd};

/// Deletes a lease, unless it has ended and another process has obtained the next one.
const RELEASE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

#[derive(Clone)]
pub(crate) struct RedisTokenStore(pub(crate) Client);

impl RedisTokenStore {
    /// Connects for each command. A process needs a few of them per lifetime of a token.
    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, TokenStoreError> {
        let run = async {
            let mut connection = self.0.get_multiplexed_async_connection().await?;
            command.query_async(&mut connection).await
        };
        run.await
            .map_err(|error: RedisError| TokenStoreError::Unavailable(error.into()))
    }
}

impl TokenStore for RedisTokenStore {
    fn get<'a>(&'a self, key: &'a str) -> TokenStoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move { self.run(cmd("GET").arg(format!("token:{key}"))).await })
    }

    fn put<'a>(&'a self, key: &'a str, entry: Vec<u8>, life: Duration) -> TokenStoreFuture<'a, ()> {
        Box::pin(async move {
            let mut set = cmd("SET");
            set.arg(format!("token:{key}")).arg(entry);
            self.run(set.arg("PX").arg(life.as_millis() as u64)).await
        })
    }

    fn lease<'a>(&'a self, key: &'a str, life: Duration) -> TokenStoreFuture<'a, Option<Lease>> {
        Box::pin(async move {
            let (key, owner) = (format!("lease:{key}"), fastrand::u64(..));
            let mut set = cmd("SET");
            set.arg(&key).arg(owner).arg("NX");
            set.arg("PX").arg(life.as_millis() as u64);
            let is_set: Option<String> = self.run(&set).await?;
            let store = self.clone();
            let release = async move {
                let mut eval = cmd("EVAL");
                // If this fails, the lease ends by itself.
                eval.arg(RELEASE).arg(1).arg(key).arg(owner);
                let _: Result<u32, _> = store.run(&eval).await;
            };
            Ok(is_set.map(|_| Lease::new(release)))
        })
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr);
    log.init();

    let redis = Client::open(std::env::var("REDIS_URL")?)?;
    let tokens = TokenClient::builder()
        .settings(TokenClientSettings::from_env())
        .token_store(RedisTokenStore(redis))
        .build()?;
    println!("{}", tokens.token(()).await?.secret());
    Ok(())
}
