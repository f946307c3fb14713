use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// The name under which API Gateway passes on the `WWW-Authenticate` header of an integration (Amazon
/// API Gateway: "Important notes for REST APIs").
const REMAPPED_BY_API_GATEWAY: &str = "x-amzn-remapped-www-authenticate";

/// The registered authentication schemes (IANA: "HTTP Authentication Schemes") and NTLM.
const KNOWN_SCHEMES: [&str; 14] = [
    "basic",
    "bearer",
    "concealed",
    "digest",
    "dpop",
    "gnap",
    "hoba",
    "mutual",
    "negotiate",
    "ntlm",
    "oauth",
    "privatetoken",
    "scram-sha-256",
    "vapid",
];

/// An authentication challenge (RFC 9110 section 11.6.1).
#[derive(Debug, PartialEq, Eq)]
struct Challenge {
    /// The name of the scheme, in lower case.
    scheme: String,
    parameters: Vec<Parameter>,
}

#[derive(Debug, PartialEq, Eq)]
struct Parameter {
    /// The name of the parameter, in lower case.
    name: String,
    value: String,
}

/// Returns `true` if a `Bearer` challenge has `error="invalid_token"` (RFC 6750 section 3.1).
///
/// A `DPoP` challenge with this error does not count, because the token was not sent with that
/// scheme (RFC 9449 section 7.1).
pub(super) fn has_invalid_token_error(headers: &HeaderMap) -> bool {
    let challenges = challenges(headers);
    let mut parameters = challenges
        .iter()
        .filter(|challenge| challenge.scheme == "bearer")
        .flat_map(|challenge| &challenge.parameters);
    parameters.any(|parameter| parameter.name == "error" && parameter.value == "invalid_token")
}

/// Returns `true` if the headers of a 401 refuse the credentials of a client: there is a `Basic`
/// challenge (RFC 6749 section 5.2), or no challenge at all.
///
/// A challenge of another scheme comes from a gateway that wants other credentials.
pub(super) fn refuses_client_credentials(headers: &HeaderMap) -> bool {
    let challenges = challenges(headers);
    let mut schemes = challenges.iter().map(|challenge| &challenge.scheme);
    challenges.is_empty() || schemes.any(|scheme| scheme == "basic")
}

/// Parses the challenges of a response.
///
/// Servers and gateways deviate from the grammar, so commas, blanks and semicolons all separate
/// parameters and challenges, and values need no quotes. A challenge can continue on the next
/// line, since lines of one field form one list (RFC 9110 section 5.3).
fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let lines = headers.get_all(WWW_AUTHENTICATE).into_iter();
    let lines = lines.chain(headers.get_all(REMAPPED_BY_API_GATEWAY));
    let mut challenges = Vec::new();
    for line in lines {
        read_line(&String::from_utf8_lossy(line.as_bytes()), &mut challenges);
    }
    challenges
}

/// The element before a word, which determines whether the word can name a scheme.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Comma,
    QuotedValue,
    Word,
}

/// Adds the challenges of one line.
fn read_line(line: &str, challenges: &mut Vec<Challenge>) {
    let mut before = Before::Comma;
    let mut rest = line;
    loop {
        let next = rest.trim_start_matches(is_separator);
        let gap = rest.get(..rest.len().saturating_sub(next.len()));
        if gap.is_some_and(|gap| gap.contains(',')) {
            before = Before::Comma;
        }
        let (word, after) = split_word(next);
        let after = after.trim_start_matches(is_blank);
        if word.is_empty() {
            // A value without a name, a stray `=`, or the end of the line.
            let mut characters = next.chars();
            rest = match characters.next() {
                Some('"') => {
                    before = Before::QuotedValue;
                    split_quoted(characters.as_str()).1
                }
                Some(_) => characters.as_str(),
                None => return,
            };
        } else if let Some(text) = after.strip_prefix('=') {
            let (value, after) = split_value(text);
            before = if text.trim_start_matches(is_blank).starts_with('"') {
                Before::QuotedValue
            } else {
                Before::Word
            };
            if let Some(challenge) = challenges.last_mut() {
                let name = word.to_ascii_lowercase();
                challenge.parameters.push(Parameter { name, value });
            }
            rest = after;
        } else {
            if is_scheme(word, before, after) {
                challenges.push(Challenge {
                    scheme: word.to_ascii_lowercase(),
                    parameters: Vec::new(),
                });
            }
            before = Before::Word;
            rest = after;
        }
    }
}

/// Returns `true` if a word without a value begins a challenge.
///
/// Otherwise it is a token68, or the continuation of a value with blanks but without quotes.
fn is_scheme(word: &str, before: Before, after: &str) -> bool {
    let is_known = KNOWN_SCHEMES
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known));
    is_known || before != Before::Word || starts_with_parameter(after)
}

/// Splits off the value of a parameter. `text` starts after the equals sign.
fn split_value(text: &str) -> (String, &str) {
    let value = text.trim_start_matches(is_blank);
    if let Some(text) = value.strip_prefix('"') {
        return split_quoted(text);
    }
    // In `scope= error=invalid_token`, the scope is empty.
    if value.len() < text.len() && starts_with_parameter(value) {
        return (String::new(), value);
    }
    let end = value.find(|character| is_separator(character) || character == '"');
    let (value, rest) = value.split_at(end.unwrap_or(value.len()));
    (value.trim_matches('\'').to_owned(), rest)
}

/// Splits off a quoted string and decodes its escapes (RFC 9110 section 5.6.4). `text` starts after
/// the opening quote. Without a closing quote, the string ends with the line.
fn split_quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    (value.trim().to_owned(), characters.as_str())
}

fn split_word(text: &str) -> (&str, &str) {
    let is_end = |character| is_separator(character) || character == '=' || character == '"';
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

fn starts_with_parameter(text: &str) -> bool {
    let (name, rest) = split_word(text);
    !name.is_empty() && rest.trim_start_matches(is_blank).starts_with('=')
}

fn is_separator(character: char) -> bool {
    is_blank(character) || character == ',' || character == ';'
}

fn is_blank(character: char) -> bool {
    character == ' ' || character == '\t'
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(WWW_AUTHENTICATE, value);
        }
        headers
    }

    fn is_invalid_token(lines: &[&str]) -> bool {
        has_invalid_token_error(&headers(lines))
    }

    /// Other challenges, none of which has an `invalid_token` error of the scheme `Bearer`.
    const OTHERS: [&str; 12] = [
        "DPoP",
        r#"DPoP algs="ES256 PS256""#,
        r#"DPoP algs="ES256", error="invalid_token""#,
        r#"Basic realm="api", charset="UTF-8""#,
        r#"Basic realm="say \"hello\", error=\"invalid_token\"""#,
        r#"Digest realm="a@b", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv""#,
        "Negotiate",
        "Negotiate YIIB6wYGKwYBBQUCoIIB3zCCAdugMDAu",
        "Negotiate YIIB6w==",
        r#"Custom realm="x", error="invalid_token""#,
        "Custom error=invalid_token",
        "Digest realm=api, qop=auth",
    ];

    /// `Bearer` challenges with an `invalid_token` error.
    const REFUSALS: [&str; 24] = [
        r#"Bearer error="invalid_token""#,
        "Bearer error=invalid_token",
        "bearer ERROR=invalid_token",
        "BEARER error = invalid_token",
        r#"Bearer error ="invalid_token""#,
        r#"Bearer error= "invalid_token""#,
        r#"Bearer  error="invalid_token""#,
        "Bearer\terror=\"invalid_token\"",
        r#"Bearer, error="invalid_token""#,
        r#"Bearer realm="api", error="invalid_token""#,
        r#"Bearer realm="a, b", error="invalid_token", error_description="x""#,
        r#"Bearer realm="api" , error="invalid_token""#,
        r#"Bearer realm="api",error="invalid_token""#,
        r#"Bearer realm="api"; error="invalid_token""#,
        r#"Bearer realm="api"error="invalid_token""#,
        r#"Bearer realm="say \"error\", please", error="invalid_token""#,
        r#"Bearer realm="C:\\", error="invalid_token""#,
        // API Gateway writes no commas.
        r#"Bearer scope="" error="invalid_token" error_description="the token has expired""#,
        r#"Bearer scope="a b" error="invalid_token""#,
        "Bearer scope= error=invalid_token",
        "Bearer scope=, error=invalid_token",
        "Bearer realm=my api, error=invalid_token",
        "Bearer error=invalid_token, error_description=the token has expired",
        "Bearer realm=\"müller\", error=\"invalid_token\"",
    ];

    /// `Bearer` challenges with another error or without one.
    const ACCEPTANCES: [&str; 11] = [
        "Bearer",
        r#"Bearer realm="api""#,
        r#"Bearer scope="a" error="insufficient_scope""#,
        r#"Bearer realm="x, error=invalid_token""#,
        r#"Bearer realm="x", error_description="error=\"invalid_token\"""#,
        r#"Bearer error="invalid_request" error_description="not an invalid_token""#,
        r#"Bearer error="" error_description="invalid_token""#,
        r#"Bearer error= , error_description=invalid_token"#,
        r#"Bearer error="invalid_token_x""#,
        r#"Bearer error="INVALID_TOKEN""#,
        r#"Bearer error_uri=https://api.example/?error=invalid_token"#,
    ];

    #[test]
    fn invalid_token_is_found_in_every_form_of_a_challenge() {
        for line in REFUSALS {
            assert!(is_invalid_token(&[line]), "{line}");
        }
        for line in ACCEPTANCES {
            assert!(!is_invalid_token(&[line]), "{line}");
        }
    }

    #[test]
    fn order_and_separators_of_challenges_do_not_matter() {
        let refusals = REFUSALS.iter().map(|bearer| (*bearer, true));
        let acceptances = ACCEPTANCES.iter().map(|bearer| (*bearer, false));
        let bearers: Vec<_> = refusals.chain(acceptances).collect();
        for other in OTHERS {
            assert!(!is_invalid_token(&[other]), "{other}");
            for (bearer, expected) in &bearers {
                for separator in [", ", ",", " ", "  ", " , ", "\t", ",,", "; "] {
                    for line in [
                        format!("{other}{separator}{bearer}"),
                        format!("{bearer}{separator}{other}"),
                    ] {
                        assert_eq!(is_invalid_token(&[&line]), *expected, "{line}");
                    }
                }
                for lines in [[other, bearer], [bearer, other]] {
                    assert_eq!(is_invalid_token(&lines), *expected, "{lines:?}");
                }
            }
        }
    }

    #[test]
    fn challenge_continues_on_the_next_line() {
        assert!(is_invalid_token(&[
            r#"Bearer realm="api""#,
            r#"error="invalid_token""#
        ]));
        assert!(!is_invalid_token(&[
            r#"Bearer realm="api", Basic realm="x""#,
            r#"error="invalid_token""#
        ]));
        // A string without a closing quote ends with its line.
        assert!(is_invalid_token(&[
            r#"Basic realm="x"#,
            r#"Bearer error="invalid_token""#
        ]));
    }

    #[test]
    fn challenge_that_api_gateway_renamed_is_read() {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_static(r#"Bearer error="invalid_token""#);
        headers.insert(REMAPPED_BY_API_GATEWAY, value);
        assert!(has_invalid_token_error(&headers));
    }

    #[test]
    fn text_that_is_no_challenge_is_ignored() {
        assert!(!is_invalid_token(&[]));
        for line in [
            "",
            " ",
            ",",
            "=",
            "\"",
            "\\",
            "=\"",
            "\"\\",
            ",;,= = \"\" =",
            "invalid_token",
            "error=\"invalid_token\"",
            "\"Bearer\" error=\"invalid_token\"",
            "\"Bearer error=invalid_token",
            "Bearer realm=\"x, error=\"invalid_token\"",
            "Bearer =invalid_token",
            "Bearer \"error\"=\"invalid_token\"",
        ] {
            assert!(!is_invalid_token(&[line]), "{line}");
        }
    }

    #[test]
    fn quoted_text_is_never_mistaken_for_an_error() {
        let parts = [
            "Bearer ",
            "realm=",
            "\"error=invalid_token\"",
            "\"Bearer error=\\\"invalid_token\\\"\"",
            ", ",
            " ",
            "x",
            "=",
        ];
        for number in 0..parts.len().pow(5) {
            let digits = (0..5).map(|place| number / parts.len().pow(place) % parts.len());
            let line: String = digits.map(|digit| parts[digit]).collect();
            assert!(!is_invalid_token(&[&line]), "{line}");
        }
    }

    #[test]
    fn client_credentials_are_refused_by_a_basic_challenge_or_none() {
        for (lines, expected) in [
            (vec![], true),
            (vec![r#"Basic realm="token""#], true),
            (vec![r#"Bearer realm="x" basic"#], true),
            (vec!["Bearer", "BASIC"], true),
            (vec![r#"Bearer realm="Basic""#], false),
            (vec!["Negotiate"], false),
        ] {
            let is_refused = refuses_client_credentials(&headers(&lines));
            assert_eq!(is_refused, expected, "{lines:?}");
        }
    }
}
