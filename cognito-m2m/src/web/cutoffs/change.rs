use std::time::SystemTime;

use serde::Deserialize;

use crate::cutoff::{Cutoff, MAX_REASON_CHARS, rfc_3339};

/// The maximum size of a body. A reason of the maximum length fits, even if each character is escaped.
pub(super) const MAX_BODY_BYTES: usize = 16 * 1024;

/// The body of a `PUT` request.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    tokens_issued_before: Option<String>,
    reason: Option<String>,
}

/// Returns the cut-off that a `PUT` request sets. The error describes the problem.
pub(super) fn parse(client_id: &str, body: &[u8], now: SystemTime) -> Result<Cutoff, String> {
    let body = parse_body(body)?;
    let time = match body.tokens_issued_before {
        Some(text) => rfc_3339::parse(&text).ok_or_else(|| {
            format!(
                "expected `tokens_issued_before` to be a time such as `2026-11-26T12:00:00Z`, from 1970 on, found {text:?}"
            )
        })?,
        None => now,
    };
    let reason = body.reason.unwrap_or_default();
    check_reason(&reason)?;
    let cutoff = Cutoff::new(client_id, time).map_err(|error| error.to_string())?;
    Ok(cutoff.because(reason).with_set_at(now))
}

fn parse_body(body: &[u8]) -> Result<Body, String> {
    match body.trim_ascii() {
        b"" => Ok(Body::default()),
        object if object.starts_with(b"{") => {
            serde_json::from_slice(object).map_err(|error| format!("invalid JSON: {error}"))
        }
        _ => Err("expected a JSON object".to_owned()),
    }
}

fn check_reason(reason: &str) -> Result<(), String> {
    let is_allowed = |character: char| !character.is_control() || matches!(character, '\n' | '\t');
    if reason.chars().count() <= MAX_REASON_CHARS && reason.chars().all(is_allowed) {
        return Ok(());
    }
    Err(format!(
        "expected `reason` of at most {MAX_REASON_CHARS} characters, none of them a control character other than a line break or a tab"
    ))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn members_are_optional() {
        let now = rfc_3339::parse("2026-11-26T12:00:00.25Z").expect("a time");
        for body in [
            "",
            " \n",
            "{}",
            r#"{"reason": null, "tokens_issued_before": null}"#,
        ] {
            let cutoff = parse("default:a", body.as_bytes(), now).expect(body);
            let rounded = rfc_3339::format(cutoff.tokens_issued_before());
            assert_eq!(rounded, "2026-11-26T12:00:01Z");
            assert_eq!((cutoff.client_id(), cutoff.reason()), ("a", ""));
            assert_eq!(cutoff.set_at(), now);
        }
        let body =
            r#" {"reason": "a\nb\u00e9", "tokens_issued_before": "2030-01-01T00:00:00+01:00"} "#;
        let cutoff = parse("tenant-a:a", body.as_bytes(), now).expect(body);
        let time = rfc_3339::format(cutoff.tokens_issued_before());
        assert_eq!(time, "2029-12-31T23:00:00Z");
        assert_eq!(cutoff.reason(), "a\nb\u{e9}");
    }

    #[test]
    fn other_bodies_are_refused() {
        let long = format!("{{\"reason\": \"{}\"}}", "a".repeat(1_001));
        for (body, problem) in [
            ("[]", "expected a JSON object"),
            ("null", "expected a JSON object"),
            ("{", "invalid JSON"),
            ("{} {}", "invalid JSON"),
            ("{\"reason\": 1}", "invalid JSON"),
            ("{\"reasn\": \"a\"}", "unknown field `reasn`"),
            ("{\"reason\": \"a\", \"reason\": \"b\"}", "duplicate field"),
            ("{\"reason\": \"a\\u0000\"}", "expected `reason`"),
            (&long, "expected `reason`"),
            ("{\"tokens_issued_before\": \"now\"}", "found \"now\""),
            ("{\"tokens_issued_before\": 1795694400}", "invalid JSON"),
        ] {
            let error = parse("a", body.as_bytes(), UNIX_EPOCH).expect_err(body);
            assert!(error.contains(problem), "{body}: {error}");
        }
        for client_id in ["", "two words", "a:b:c", "*", "a/b"] {
            let error = parse(client_id, b"", UNIX_EPOCH).expect_err(client_id);
            assert!(error.contains("is not a client ID"), "{error}");
        }
    }
}
