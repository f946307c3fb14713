use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// Returns `true` if a `Bearer` challenge has `error="invalid_token"` (RFC 6750 section 3.1).
pub(super) fn has_invalid_token_error(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(WWW_AUTHENTICATE).into_iter();
    let mut lines = lines.filter_map(|line| line.to_str().ok());
    lines.any(|line| {
        let mut scheme = String::new();
        split_outside_quotes(line).any(|part| {
            let mut parameter = part.trim();
            // A space separates the scheme from the first parameter of a challenge.
            if let Some((word, rest)) = parameter.split_once(' ')
                && !word.contains('=')
                && !rest.trim_start().starts_with('=')
            {
                scheme = word.to_ascii_lowercase();
                parameter = rest.trim_start();
            }
            let Some((name, value)) = parameter.split_once('=') else {
                return false;
            };
            let value = value.trim().trim_matches('"');
            scheme == "bearer"
                && name.trim().eq_ignore_ascii_case("error")
                && value == "invalid_token"
        })
    })
}

fn split_outside_quotes(line: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    line.split(move |character| {
        let is_comma = character == ',' && !is_quoted;
        if character == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = is_quoted && character == '\\' && !is_escaped;
        is_comma
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn is_invalid_token(lines: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(line));
        }
        has_invalid_token_error(&headers)
    }

    #[test]
    fn invalid_token_is_found_anywhere_in_a_bearer_challenge() {
        for line in [
            r#"Bearer error="invalid_token""#,
            r#"Bearer realm="a, b", error="invalid_token""#,
            r#"bearer realm="api",error=invalid_token"#,
            r#"Basic realm="x", Bearer realm="api", error="invalid_token""#,
            r#"Bearer realm="say \"error\", please", error = "invalid_token""#,
        ] {
            assert!(is_invalid_token(&[line]), "{line}");
        }
        assert!(is_invalid_token(&[
            "Basic realm=\"x\"",
            r#"Bearer error="invalid_token""#
        ]));
    }

    #[test]
    fn other_challenges_are_not_invalid_token() {
        for line in [
            "Bearer",
            r#"Bearer realm="api""#,
            r#"Bearer error="insufficient_scope""#,
            r#"Bearer realm="x, error=invalid_token""#,
            r#"DPoP error="invalid_token""#,
            r#"Bearer realm="api", DPoP error="invalid_token""#,
            "invalid_token",
        ] {
            assert!(!is_invalid_token(&[line]), "{line}");
        }
        assert!(!is_invalid_token(&[]));
    }
}
