//! Rule 2.8: the keys of a user pool with several issuers, each of which has a URL of its own.

use super::*;
use cognito_m2m::settings::IssuerType;
use cognito_m2m::testing::{TestClock, TokenBuilder};
use cognito_m2m::{CognitoAuth, Settings};

const REPLICA: &str = "eu-west-1";

/// A pool that issues tokens of all its issuers, and a `CognitoAuth` that trusts it.
struct Pool {
    cognito: LocalCognito,
    clock: TestClock,
    auth: CognitoAuth,
}

impl Pool {
    /// Starts with the URLs of all issuers in order, except for the faults that `prepare` sets.
    fn start(prepare: impl FnOnce(&LocalCognito)) -> Self {
        Self::start_with(|cognito| {
            // Makes the keys of the UPDATED issuer available.
            cognito.set_issuer_type(IssuerType::Updated);
            cognito.set_issuer_type(IssuerType::Original);
            prepare(cognito);
        })
    }

    fn start_with(prepare: impl FnOnce(&LocalCognito)) -> Self {
        let clock = TestClock::new();
        let cognito = LocalCognito::builder()
            .user_pool_id("us-east-1_Sources")
            .issuer_type(IssuerType::Original)
            .clock(clock.clone())
            .start()
            .expect("the local Cognito starts");
        prepare(&cognito);
        let settings: Settings = cognito.settings().replica_regions([REPLICA]);
        let auth = CognitoAuth::builder()
            .settings(settings)
            .clock(clock.clone())
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        Self {
            cognito,
            clock,
            auth,
        }
    }

    /// Waits until the first fetch of every source has ended.
    async fn settle(&self) {
        eventually("every source is fetched", || {
            let health = self.auth.health();
            let sources = health.pools()[0].sources();
            let has_ended = |name: &str| match name {
                "updated" if self.is_never_switched() => self.cognito.updated_jwks_requests() > 0,
                _ => sources
                    .iter()
                    .any(|it| it.name() == name && (it.is_serving() || it.last_error().is_some())),
            };
            ["original", "updated", "replica eu-west-1"]
                .into_iter()
                .all(has_ended)
        })
        .await;
    }

    fn is_never_switched(&self) -> bool {
        let health = self.auth.health();
        let updated = &health.pools()[0].sources()[1];
        !updated.is_serving() && updated.last_error().is_none()
    }

    /// Returns the names of the sources that serve, and of those that fail.
    fn sources(&self) -> (Vec<String>, Vec<String>) {
        let health = self.auth.health();
        let sources = health.pools()[0].sources().iter();
        let serving = sources.clone().filter(|it| it.is_serving());
        let failing = sources.filter(|it| it.last_error().is_some());
        (
            serving.map(|it| it.name().to_owned()).collect(),
            failing.map(|it| it.name().to_owned()).collect(),
        )
    }

    /// Returns a token of each issuer: ORIGINAL, UPDATED, and of the replica.
    fn tokens(&self) -> [TokenBuilder; 3] {
        let token = || {
            let token = self.cognito.token("reporting");
            token.expires_in(seconds(80_000))
        };
        let updated = "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_Sources";
        [
            token(),
            token().claim("iss", updated),
            token().issued_in_region(REPLICA),
        ]
    }

    async fn refusal_of(&self, token: &TokenBuilder) -> Option<&'static str> {
        let validated = self.auth.validate_token(&token.sign()).await;
        validated.err().map(|refusal| refusal.reason())
    }

    async fn refusals(&self) -> [Option<&'static str>; 3] {
        let [original, updated, replica] = self.tokens();
        [
            self.refusal_of(&original).await,
            self.refusal_of(&updated).await,
            self.refusal_of(&replica).await,
        ]
    }

    /// Advances the clock until this source fails.
    async fn fail(&self, source: Endpoint, name: &str) {
        self.cognito
            .set_fault(source, Some(Fault::Status(503, None, None)));
        eventually("a refresh has failed", || {
            self.clock.advance(seconds(60));
            self.sources().1.iter().any(|it| it == name)
        })
        .await;
    }

    async fn recover(&self, source: Endpoint, name: &str) {
        self.cognito.set_fault(source, None);
        eventually("a refresh has succeeded", || {
            self.clock.advance(seconds(60));
            self.sources().1.iter().all(|it| it != name)
        })
        .await;
    }
}

const SOURCES: [(Endpoint, &str); 3] = [
    (Endpoint::Jwks, "original"),
    (Endpoint::UpdatedJwks, "updated"),
    (Endpoint::ReplicaJwks, "replica eu-west-1"),
];

fn faults() -> [Fault; 5] {
    [
        Fault::Status(500, None, None),
        Fault::Status(404, None, None),
        Fault::CloseConnection,
        Fault::Redirect("/elsewhere".to_owned()),
        Fault::Status(200, None, Some(r#"{"keys":[]}"#.to_owned())),
    ]
}

#[actix_web::test]
async fn rule_2_8_any_source_serves_the_tokens_of_all_issuers_if_the_others_fail() {
    for ((working, name), fault) in SOURCES.iter().zip(faults()) {
        let pool = Pool::start(|cognito| {
            for (source, _) in SOURCES.iter().filter(|(source, _)| source != working) {
                cognito.set_fault(*source, Some(fault.clone()));
            }
        });
        pool.auth.prefetch().await.expect("one source serves");
        pool.settle().await;
        assert_eq!(pool.refusals().await, [None; 3], "{name} {fault:?}");
        let (serving, failing) = pool.sources();
        assert_eq!(serving, [*name]);
        assert_eq!(failing.len(), 2, "{failing:?}");
        assert!(pool.auth.health().is_ready());
    }
}

#[actix_web::test]
async fn rule_2_8_pool_whose_updated_url_is_forbidden_is_healthy() {
    let pool = Pool::start_with(|_| {});
    pool.auth.prefetch().await.expect("the ORIGINAL URL serves");
    pool.settle().await;
    let health = pool.auth.health();
    assert!(health.is_ready());
    assert_eq!(health.pools()[0].last_error(), None);
    assert_eq!(pool.sources().0, ["original", "replica eu-west-1"]);
    let [_, updated, _] = pool.tokens();
    let unknown = updated.kid("unknown");
    assert_eq!(pool.refusal_of(&unknown).await, Some("unknown_kid"));
    // It is asked again at the ordinary interval.
    pool.cognito.set_issuer_type(IssuerType::Updated);
    eventually("the UPDATED URL is fetched", || {
        pool.clock.advance(seconds(60));
        pool.sources().0.iter().any(|it| it == "updated")
    })
    .await;
}

#[actix_web::test]
async fn rule_2_8_first_source_that_serves_ends_prefetch() {
    let pool = Pool::start(|cognito| {
        cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
        cognito.set_fault(Endpoint::ReplicaJwks, Some(Fault::Hang));
    });
    pool.auth.prefetch().await.expect("the UPDATED URL serves");
    assert_eq!(pool.sources(), (vec!["updated".to_owned()], Vec::new()));
    assert_eq!(pool.refusals().await, [None; 3], "no token waits");
}

#[actix_web::test]
async fn rule_2_8_first_tokens_do_not_wait_for_a_source_that_hangs() {
    for (working, name) in SOURCES {
        let pool = Pool::start(|cognito| {
            for (source, _) in SOURCES.iter().filter(|(source, _)| *source != working) {
                cognito.set_fault(*source, Some(Fault::Hang));
            }
        });
        assert_eq!(pool.refusals().await, [None; 3], "{name}");
        // The fetches of the others have not ended.
        assert_eq!(pool.sources(), (vec![name.to_owned()], Vec::new()));
    }
}

#[actix_web::test]
async fn rule_2_8_rotated_key_is_accepted_while_a_fetch_of_the_own_url_hangs() {
    let pool = Pool::start(|_| {});
    pool.settle().await;
    pool.fail(Endpoint::Jwks, "original").await;
    pool.cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
    let requests = pool.cognito.jwks_requests();
    eventually("a fetch hangs", || {
        pool.clock.advance(seconds(60));
        pool.cognito.jwks_requests() > requests
    })
    .await;
    pool.cognito.rotate_keys();
    pool.clock.advance(seconds(10));
    let [original, ..] = pool.tokens();
    assert_eq!(pool.refusal_of(&original).await, None);
}

#[actix_web::test]
async fn rule_2_4_rotation_is_accepted_within_the_cooldown_under_a_flood_of_other_issuers() {
    let pool = Pool::start(|_| {});
    pool.settle().await;
    let flood = async || {
        for token in pool.tokens() {
            let refusal = pool.refusal_of(&token.kid("unknown")).await;
            assert_eq!(refusal, Some("unknown_kid"));
        }
    };
    pool.clock.advance(seconds(10));
    flood().await;
    pool.cognito.rotate_keys();
    flood().await;
    pool.clock.advance(seconds(10));
    flood().await;
    eventually("every source has the rotated key", || {
        let cognito = &pool.cognito;
        let requests = [
            cognito.updated_jwks_requests(),
            cognito.replica_jwks_requests(),
        ];
        requests.iter().all(|requests| *requests >= 2)
    })
    .await;
    eventually_accepted(&pool).await;
}

/// Waits until tokens of all issuers are accepted, without advancing the clock.
async fn eventually_accepted(pool: &Pool) {
    for _ in 0..6_000 {
        if pool.refusals().await == [None; 3] {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the rotated key is refused");
}

#[actix_web::test]
async fn rule_2_8_withdrawn_key_ends_with_the_next_successful_fetch_of_its_source() {
    let pool = Pool::start(|_| {});
    pool.settle().await;
    let [original, updated, replica] = pool.tokens();
    let cached = updated.sign();
    assert!(pool.auth.validate_token(&cached).await.is_ok());
    // Only the UPDATED URL withdraws the key that signs.
    let other = SigningKey::generate().expect("an RSA key");
    let keys = Some(vec![other.public_jwk()]);
    pool.cognito.set_source_keys(Endpoint::UpdatedJwks, keys);
    pool.fail(Endpoint::UpdatedJwks, "updated").await;
    assert_eq!(pool.refusals().await, [None; 3], "the old keys still serve");
    pool.recover(Endpoint::UpdatedJwks, "updated").await;
    assert_eq!(pool.refusal_of(&updated).await, Some("unknown_kid"));
    let refused = pool.auth.validate_token(&cached).await;
    assert_eq!(refused.map_err(|it| it.reason()).err(), Some("unknown_kid"));
    for token in [&original, &replica] {
        assert_eq!(pool.refusal_of(token).await, None);
    }
    assert_eq!(pool.refusal_of(&updated.signed_by(&other)).await, None);
    let foreign = original.signed_by(&other);
    assert_eq!(pool.refusal_of(&foreign).await, Some("unknown_kid"));
}

#[actix_web::test]
async fn rule_2_8_rotated_key_is_accepted_while_the_own_url_fails() {
    let pool = Pool::start(|_| {});
    pool.settle().await;
    pool.fail(Endpoint::Jwks, "original").await;
    pool.cognito.rotate_keys();
    pool.clock.advance(seconds(10));
    let [original, ..] = pool.tokens();
    assert_eq!(pool.refusal_of(&original).await, None);
}

#[actix_web::test]
async fn rule_2_8_keys_are_unavailable_if_every_source_fails() {
    let pool = Pool::start(|cognito| {
        for (source, _) in SOURCES {
            cognito.set_fault(source, Some(Fault::Status(500, None, None)));
        }
    });
    let error = pool.auth.prefetch().await.expect_err("no keys");
    let text = error.to_string();
    for (_, name) in SOURCES {
        assert!(text.contains(&format!("{name}: ")), "{text}");
    }
    assert_eq!(pool.refusals().await, [Some("keys_unavailable"); 3]);
    assert!(!pool.auth.health().is_ready());
}

#[actix_web::test]
async fn rule_2_4_flood_over_all_issuers_causes_one_fetch_per_cooldown() {
    let pool = Pool::start(|_| {});
    pool.settle().await;
    let requests = || {
        let cognito = &pool.cognito;
        cognito.jwks_requests() + cognito.updated_jwks_requests() + cognito.replica_jwks_requests()
    };
    assert_eq!(requests(), 3);
    for cooldowns in 1..=6 {
        pool.clock.advance(seconds(10));
        for number in 0..20 {
            let flood = pool
                .tokens()
                .map(|token| token.kid(format!("{cooldowns}-{number}")));
            for token in flood {
                assert_eq!(pool.refusal_of(&token).await, Some("unknown_kid"));
            }
        }
        assert_eq!(requests(), 3 + cooldowns);
    }
    // Each source had its turn, so a rotated key is found however many tokens name the others.
    assert_eq!(pool.cognito.updated_jwks_requests(), 3);
    assert_eq!(pool.cognito.replica_jwks_requests(), 3);
}
