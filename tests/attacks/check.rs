use std::time::Duration;

use super::answer::Answer;
use super::case::Case;
use super::challenge::Challenge;
use super::token::Token;

/// Everything seen of one request and what it caused.
pub(crate) struct Observation<'a> {
    pub(crate) case: &'a Case,
    pub(crate) token: Option<&'a Token>,
    pub(crate) answer: &'a Answer,
    /// How often a handler ran.
    pub(crate) handler_runs: usize,
    /// Requests for the key set.
    pub(crate) jwks_requests: usize,
    /// Requests of anything else: other paths, other servers.
    pub(crate) stray_requests: usize,
    /// The status of a good request just after.
    pub(crate) next_status: u16,
}

impl Observation<'_> {
    /// What differs from the right answer, in words; empty when nothing does.
    pub(crate) fn mismatches(&self) -> Vec<String> {
        let mut mismatches = Vec::new();
        let case = self.case;
        let mut demand = |holds: bool, mismatch: String| {
            if !holds {
                mismatches.push(mismatch);
            }
        };
        let status = self.answer.status;
        demand(
            case.accepts(status),
            format!("status {status}, expected {}", case.expect_status),
        );
        let runs = usize::from(status == 200);
        demand(
            self.handler_runs == runs,
            format!(
                "the handler ran {} times, expected {runs}",
                self.handler_runs
            ),
        );
        demand(
            self.jwks_requests <= case.jwks_requests_max,
            format!(
                "{} requests for keys, expected at most {}",
                self.jwks_requests, case.jwks_requests_max
            ),
        );
        demand(
            self.stray_requests == 0,
            format!("{} requests to other places", self.stray_requests),
        );
        demand(
            self.next_status == 200,
            format!("the next good token got {}", self.next_status),
        );
        // Generous: a busy machine is no fault of the server.
        demand(
            self.answer.elapsed < Duration::from_secs(30),
            format!("the answer took {:?}", self.answer.elapsed),
        );
        mismatches.extend(self.challenge_mismatches());
        mismatches.extend(self.echoes());
        mismatches
    }

    fn challenge_mismatches(&self) -> Vec<String> {
        let lines = self.answer.header("www-authenticate");
        let challenge = match lines.as_slice() {
            [] if self.answer.status == 401 => return vec!["401 without a challenge".to_owned()],
            [] => None,
            [line] => match Challenge::parse(line) {
                Ok(challenge) => Some(challenge),
                Err(error) => return vec![error],
            },
            several => return vec![format!("{} challenges", several.len())],
        };
        // Of the other acceptable answers the table says the status alone.
        if self.answer.status != self.case.expect_status {
            return Vec::new();
        }
        let attribute = |name| {
            challenge
                .as_ref()
                .and_then(|challenge| challenge.attribute(name))
        };
        let mut mismatches = Vec::new();
        let error = self.case.expect_error.as_deref();
        if attribute("error") != error {
            mismatches.push(format!(
                "error {:?}, expected {error:?}",
                attribute("error")
            ));
        }
        if let Some(scope) = &self.case.expect_www_scope
            && attribute("scope") != scope.as_deref()
        {
            mismatches.push(format!(
                "scope {:?}, expected {scope:?}",
                attribute("scope")
            ));
        }
        mismatches
    }

    /// What the answer repeats of the token; the scope that the handler asks for is its own word.
    fn echoes(&self) -> Vec<String> {
        let Some(token) = self.token else {
            return Vec::new();
        };
        let challenges = self.answer.header("www-authenticate");
        let scopes = challenges.iter().filter_map(|line| {
            let challenge = Challenge::parse(line).ok()?;
            Some(format!("scope=\"{}\"", challenge.attribute("scope")?))
        });
        let text = scopes.fold(self.answer.text.clone(), |text, scope| {
            text.replace(&scope, "")
        });
        let parts = token.text.split('.').filter(|part| part.len() >= 8);
        let words = token
            .says
            .iter()
            .map(|word| word.trim())
            .filter(|word| word.len() >= 5);
        parts
            .chain(words)
            .filter(|word| text.contains(word))
            .map(|word| format!("the answer repeats {word:?}"))
            .collect()
    }
}

mod tests {
    use super::*;

    const REFUSAL: &str = "HTTP/1.1 403 Forbidden\r\nwww-authenticate: Bearer realm=\"api\", \
        error=\"insufficient_scope\", scope=\"api/read\"\r\n\r\n{\"detail\": \"Insufficient scope.\"}";

    #[test]
    fn right_answer_has_no_mismatch() {
        assert_eq!(seen(REFUSAL, 0, 0), [""; 0]);
    }

    #[test]
    fn every_wrong_answer_is_noticed() {
        assert_eq!(seen(&REFUSAL.replace("403", "401"), 0, 0).len(), 1);
        assert_eq!(
            seen(
                &REFUSAL.replace("scope=\"api/read\"", "scope=\"api\""),
                0,
                0
            )
            .len(),
            1
        );
        assert_eq!(
            seen(&REFUSAL.replace("insufficient_scope", "other"), 0, 0).len(),
            1
        );
        assert_eq!(
            seen(&REFUSAL.replace("Insufficient", "api/write"), 0, 0).len(),
            1
        );
        assert_eq!(
            seen(&REFUSAL.replace("Insufficient", "eyJhbGciOi"), 0, 0).len(),
            1
        );
        assert_eq!(seen("HTTP/1.1 401 Unauthorized\r\n\r\n", 0, 0).len(), 2);
        assert_eq!(seen(REFUSAL, 1, 0).len(), 1);
        assert_eq!(seen(REFUSAL, 0, 1).len(), 1);
    }

    /// The mismatches where a token with the scope `api/write` alone was answered by `received`.
    fn seen(received: &str, handler_runs: usize, stray_requests: usize) -> Vec<String> {
        let cases = Case::all().expect("the table is understood");
        let case = cases.iter().rfind(|case| case.id == "SCP-01");
        let token = Token {
            text: "eyJhbGciOi.eyJzY29wZSI.c2lnbmF0dXJl".to_owned(),
            says: vec!["api/write".to_owned()],
        };
        let observation = Observation {
            case: case.expect("in the table"),
            token: Some(&token),
            answer: &Answer::parse(received.as_bytes(), Duration::ZERO),
            handler_runs,
            jwks_requests: 0,
            stray_requests,
            next_status: 200,
        };
        observation.mismatches()
    }
}
