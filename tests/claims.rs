//! Claims of the token: `#[require_claim]`, `Policy::claim` and `TokenClaims`.

mod handlers;
mod log;
mod paths;
mod places;
mod token_claims;
mod values;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_m2m_tests::{Answer, ApiFixture};

/// Returns a token of `reporting` with these members, which are JSON text, after its other claims.
pub(crate) fn token_with(fixture: &ApiFixture, members: &str) -> String {
    let token = || fixture.cognito.token("reporting").scope("widgets/read");
    let plain = token().sign();
    let payload = plain.split('.').nth(1).expect("a payload");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let payload = String::from_utf8(payload).expect("UTF-8");
    let claims = payload.strip_suffix('}').expect("a JSON object");
    match members {
        "" => plain,
        members => token().raw_payload(format!("{claims},{members}}}")).sign(),
    }
}

/// Sends a `GET` request whose token has these members.
pub(crate) async fn get_with(fixture: &ApiFixture, path: &str, members: &str) -> Answer {
    fixture.api.get(path, &token_with(fixture, members)).await
}

/// Panics unless the answer is the refusal of a claim, which contains nothing of the token.
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, context: &str) {
    assert_eq!(answer.status, 403, "{context}");
    assert_eq!(
        answer.body, r#"{"detail":"Claim is not allowed."}"#,
        "{context}"
    );
    assert_eq!(answer.challenge, None, "{context}");
    assert_eq!(answer.retry_after, None, "{context}");
}
