use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::answer::Answer;
use super::app::{AppUnderTest, CLIENT_ID, ISSUER, JWKS_PATH};
use super::case::Case;
use super::check::Observation;
use super::keys::KeyRing;
use super::placeholders::Scene;
use super::token::Token;
use super::upstream::Upstream;

#[test]
fn every_request_of_the_table_gets_its_right_answer() {
    let world = World::start();
    let cases = Case::all().expect("the table is understood");
    let (mounted, left_out): (Vec<_>, Vec<_>) = cases
        .iter()
        .partition(|case| AppUnderTest::mounts(&case.request.path));
    // The first case is a plain good token.
    let good = &cases[0];
    let mut slowest = Duration::ZERO;
    let mut mismatches = Vec::new();
    for case in &mounted {
        let seen = world.observe(case, good);
        slowest = slowest.max(seen.elapsed);
        mismatches.extend(seen.mismatches.into_iter().map(|mismatch| {
            format!(
                "{} ({:?}, {}): {mismatch}",
                case.name(),
                case.basis,
                case.description
            )
        }));
    }
    println!(
        "{} requests sent, {} left out, the slowest answer took {slowest:?}",
        mounted.len(),
        left_out.len()
    );
    assert!(
        mismatches.is_empty(),
        "{} mismatches:\n{}",
        mismatches.len(),
        mismatches.join("\n")
    );
}

/// The server under test, and everything around it.
struct World {
    keys: KeyRing,
    issuer: Upstream,
    canary: Upstream,
    app: AppUnderTest,
}

struct Seen {
    elapsed: Duration,
    mismatches: Vec<String>,
}

impl World {
    fn start() -> Self {
        let keys = KeyRing::generate();
        let issuer = Upstream::serving(&keys.jwks().to_string());
        // What an attacker would serve: a key set with the attacker's key.
        let attacker = serde_json::json!({ "keys": [keys.attacker_jwk()] });
        let canary = Upstream::serving(&attacker.to_string());
        let app = AppUnderTest::start(&issuer);
        Self {
            keys,
            issuer,
            canary,
            app,
        }
    }

    /// Sends `case`, then `good`, and compares.
    fn observe(&self, case: &Case, good: &Case) -> Seen {
        let runs = self.app.handler_runs();
        let jwks_requests = self.issuer.requests_of(JWKS_PATH);
        let (token, answer) = self.exchange(case);
        let handler_runs = self.app.handler_runs() - runs;
        let (_, next) = self.exchange(good);
        let asked = self.issuer.requests_of(JWKS_PATH);
        let observation = Observation {
            case,
            token: token.as_ref(),
            answer: &answer,
            handler_runs,
            jwks_requests: asked - jwks_requests,
            stray_requests: self.canary.connections() + self.issuer.connections() - asked,
            next_status: next.status,
        };
        Seen {
            elapsed: answer.elapsed,
            mismatches: observation.mismatches(),
        }
    }

    fn exchange(&self, case: &Case) -> (Option<Token>, Answer) {
        let name = case.name();
        let canary = self.canary.url();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        let scene = Scene {
            keys: &self.keys,
            now: i64::try_from(now.as_secs()).expect("before the end of time"),
            issuer: ISSUER,
            client_id: CLIENT_ID,
            canary: &canary,
            jti: format!("{name}-{}", now.as_nanos()),
        };
        let token = Token::of(&scene, case).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = token.as_ref().map(|token| token.text.as_str());
        let request = case.request.bytes(text);
        let request = request.unwrap_or_else(|error| panic!("{name}: {error}"));
        let answer = Answer::to(self.app.address, &request);
        (
            token,
            answer.unwrap_or_else(|error| panic!("{name}: {error}")),
        )
    }
}
