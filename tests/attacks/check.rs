use std::time::Duration;

use super::answer::Answer;
use super::case::Case;
use super::challenge::Challenge;
use super::token::Token;

/// The answer to one request, and the effects that the request had.
pub(crate) struct Observation<'a> {
    pub(crate) case: &'a Case,
    pub(crate) token: Option<&'a Token>,
    pub(crate) answer: &'a Answer,
    /// The number of handlers that ran.
    pub(crate) handler_runs: usize,
    /// The number of requests for the key set.
    pub(crate) jwks_requests: usize,
    /// The number of requests that the server sent to other paths or servers.
    pub(crate) stray_requests: usize,
    /// The status of a valid request that was sent just after this one.
    pub(crate) next_status: u16,
}

impl Observation<'_> {
    /// Describes every difference from the expected answer; empty if there is none.
    pub(crate) fn mismatches(&self) -> Vec<String> {
        let mut mismatches = Vec::new();
        let case = self.case;
        let mut check = |holds: bool, mismatch: String| {
            if !holds {
                mismatches.push(mismatch);
            }
        };
        let status = self.answer.status;
        check(
            case.accepts(status),
            format!("status {status}, expected {}", case.expect_status),
        );
        let runs = usize::from(status == 200);
        check(
            self.handler_runs == runs,
            format!("{} handlers ran, expected {runs}", self.handler_runs),
        );
        check(
            self.jwks_requests <= case.jwks_requests_max,
            format!(
                "{} requests for keys, expected at most {}",
                self.jwks_requests, case.jwks_requests_max
            ),
        );
        check(
            self.stray_requests == 0,
            format!("{} requests to other paths or servers", self.stray_requests),
        );
        check(
            self.next_status == 200,
            format!(
                "the next valid token was answered with {}",
                self.next_status
            ),
        );
        // Generous, so that the test passes on a busy machine.
        check(
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
        // For the other acceptable answers the table lists only the status.
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

    /// Describes the parts of the token that the answer repeats. The scope that the handler requires
    /// may appear in the challenge.
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
            .strings
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
    fn expected_answer_has_no_mismatch() {
        assert_eq!(mismatches_of(REFUSAL, 0, 0), [""; 0]);
    }

    #[test]
    fn every_difference_is_a_mismatch() {
        assert_eq!(mismatches_of(&REFUSAL.replace("403", "401"), 0, 0).len(), 1);
        assert_eq!(
            mismatches_of(
                &REFUSAL.replace("scope=\"api/read\"", "scope=\"api\""),
                0,
                0
            )
            .len(),
            1
        );
        assert_eq!(
            mismatches_of(&REFUSAL.replace("insufficient_scope", "other"), 0, 0).len(),
            1
        );
        assert_eq!(
            mismatches_of(&REFUSAL.replace("Insufficient", "api/write"), 0, 0).len(),
            1
        );
        assert_eq!(
            mismatches_of(&REFUSAL.replace("Insufficient", "eyJhbGciOi"), 0, 0).len(),
            1
        );
        assert_eq!(
            mismatches_of("HTTP/1.1 401 Unauthorized\r\n\r\n", 0, 0).len(),
            2
        );
        assert_eq!(mismatches_of(REFUSAL, 1, 0).len(), 1);
        assert_eq!(mismatches_of(REFUSAL, 0, 1).len(), 1);
    }

    /// Returns the mismatches if `received` answers a token that has only the scope `api/write`.
    fn mismatches_of(received: &str, handler_runs: usize, stray_requests: usize) -> Vec<String> {
        let cases = Case::all().expect("a valid table");
        let case = cases.iter().rfind(|case| case.id == "SCP-01");
        let token = Token {
            text: "eyJhbGciOi.eyJzY29wZSI.c2lnbmF0dXJl".to_owned(),
            strings: vec!["api/write".to_owned()],
        };
        let observation = Observation {
            case: case.expect("a case of the table"),
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
