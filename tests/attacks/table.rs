use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::answer::Answer;
use super::app::{AppUnderTest, CLIENT_ID, ISSUER, JWKS_PATH};
use super::case::Case;
use super::check::Observation;
use super::keys::KeyRing;
use super::placeholders::Values;
use super::token::Token;
use super::upstream::Upstream;

#[test]
fn every_request_of_the_table_gets_its_expected_answer() {
    let environment = Environment::start();
    let cases = Case::all().expect("a valid table");
    // The first case is a valid token without peculiarities.
    let valid = &cases[0];
    let mut slowest = Duration::ZERO;
    let mut mismatches = Vec::new();
    for case in &cases {
        let outcome = environment.run(case, valid);
        slowest = slowest.max(outcome.elapsed);
        mismatches.extend(outcome.mismatches.into_iter().map(|mismatch| {
            format!(
                "{} ({:?}, {}): {mismatch}",
                case.name(),
                case.basis,
                case.description
            )
        }));
    }
    println!(
        "{} requests sent, the slowest answer took {slowest:?}",
        cases.len()
    );
    assert!(
        mismatches.is_empty(),
        "{} mismatches:\n{}",
        mismatches.len(),
        mismatches.join("\n")
    );
}

/// The server under test, the servers that it might send requests to, and the keys.
struct Environment {
    keys: KeyRing,
    issuer: Upstream,
    canary: Upstream,
    app: AppUnderTest,
}

struct Outcome {
    elapsed: Duration,
    mismatches: Vec<String>,
}

impl Environment {
    fn start() -> Self {
        let keys = KeyRing::generate();
        let issuer = Upstream::serving(&keys.jwks().to_string());
        // The canary serves the attacker's key, in case the server under test fetches it.
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

    /// Sends `case` and then `valid`, and compares the answers with the expected ones.
    fn run(&self, case: &Case, valid: &Case) -> Outcome {
        let runs = self.app.handler_runs();
        let jwks_requests = self.issuer.requests_of(JWKS_PATH);
        let (token, answer) = self.exchange(case);
        let handler_runs = self.app.handler_runs() - runs;
        let (_, next) = self.exchange(valid);
        let jwks_requests_after = self.issuer.requests_of(JWKS_PATH);
        let observation = Observation {
            case,
            token: token.as_ref(),
            answer: &answer,
            handler_runs,
            jwks_requests: jwks_requests_after - jwks_requests,
            stray_requests: self.canary.connections() + self.issuer.connections()
                - jwks_requests_after,
            next_status: next.status,
        };
        Outcome {
            elapsed: answer.elapsed,
            mismatches: observation.mismatches(),
        }
    }

    fn exchange(&self, case: &Case) -> (Option<Token>, Answer) {
        let name = case.name();
        let canary = self.canary.url();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a time after 1970");
        let values = Values {
            keys: &self.keys,
            now: i64::try_from(now.as_secs()).expect("a time in this century"),
            issuer: ISSUER,
            client_id: CLIENT_ID,
            canary: &canary,
            jti: format!("{name}-{}", now.as_nanos()),
        };
        let token =
            Token::for_case(&values, case).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = token.as_ref().map(|token| token.text.as_str());
        let request = case.request.bytes(text);
        let request = request.unwrap_or_else(|error| panic!("{name}: {error}"));
        let answer = Answer::receive(self.app.address, &request);
        (
            token,
            answer.unwrap_or_else(|error| panic!("{name}: {error}")),
        )
    }
}
