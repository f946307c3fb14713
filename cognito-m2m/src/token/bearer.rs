use super::InvalidToken;

/// An unverified bearer token: one or more characters of `A-Za-z0-9-_.`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::BearerToken;
///
/// let token = BearerToken::new("eyJh.eyJz.c2ln");
/// assert!(token.is_some_and(|token| token.as_str().starts_with("eyJh")));
/// assert!(BearerToken::new("two parts").is_none());
/// ```
#[derive(Clone, Copy)]
pub struct BearerToken<'h>(&'h str);

impl<'h> BearerToken<'h> {
    /// Returns the text as a token, or `None` if it is empty or contains a character that is not
    /// allowed in a compact JWS (RFC 7515 section 3.1).
    #[must_use]
    pub fn new(text: &'h str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    /// Returns the token as text. It is a credential: never log it.
    #[must_use]
    pub fn as_str(&self) -> &'h str {
        self.0
    }

    fn from_bytes(bytes: &'h [u8]) -> Option<Self> {
        // There is no early return, so that the compiler can vectorize the loop: tokens are long,
        // and almost all of them are valid.
        let is_valid = bytes.iter().fold(!bytes.is_empty(), |is_valid, byte| {
            is_valid & is_token_character(*byte)
        });
        is_valid.then(|| std::str::from_utf8(bytes).ok().map(Self))?
    }
}

/// Returns `true` for the characters of a compact JWS (RFC 7515 section 3.1). It has no branches,
/// so that its caller can be vectorized.
fn is_token_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_') | (byte == b'.')
}

impl std::fmt::Debug for BearerToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BearerToken([redacted])")
    }
}

/// The error returned if a header has the configured scheme, but not exactly one token.
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::MalformedHeader;
///
/// assert_eq!(MalformedHeader::NotAToken.reason(), "malformed_not_a_token");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedHeader {
    /// The request has the token header more than once, at least once with the configured scheme.
    #[error("expected one header line with a bearer token, found several lines")]
    SeveralLines,
    /// The scheme is not followed by one or more spaces and a token (RFC 6750 section 2.1).
    #[error("expected the scheme, one or more spaces, and a token of `A-Za-z0-9-_.`")]
    NotAToken,
}

impl MalformedHeader {
    /// Returns the stable reason code that appears in logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::SeveralLines => "malformed_several_lines",
            Self::NotAToken => "malformed_not_a_token",
        }
    }
}

/// The error returned if credentials are too long or are not a bearer token.
pub(crate) enum InvalidCredentials {
    Malformed(MalformedHeader),
    Invalid(InvalidToken),
}

/// The part of a header line that follows the configured scheme and the spaces after it. Its
/// characters have not been checked.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'h>(&'h [u8]);

impl<'h> Credentials<'h> {
    /// Returns the credentials of the configured scheme among the lines of the header, or `None` if
    /// no line has this scheme.
    #[inline]
    pub(crate) fn find(
        mut lines: impl Iterator<Item = &'h [u8]>,
        scheme: &str,
    ) -> Result<Option<Self>, MalformedHeader> {
        let Some(line) = lines.next() else {
            return Ok(None);
        };
        let rest = after_scheme(line, scheme);
        if let Some(second) = lines.next() {
            let mut others = std::iter::once(second).chain(lines);
            let is_found =
                rest.is_some() || others.any(|line| after_scheme(line, scheme).is_some());
            return if is_found {
                Err(MalformedHeader::SeveralLines)
            } else {
                Ok(None)
            };
        }
        match rest {
            None => Ok(None),
            Some([b' ', token @ ..]) => match strip_spaces(token) {
                [] => Err(MalformedHeader::NotAToken),
                token => Ok(Some(Self(token))),
            },
            Some(_) => Err(MalformedHeader::NotAToken),
        }
    }

    pub(crate) fn as_bytes(self) -> &'h [u8] {
        self.0
    }

    /// Returns the token. Its length is checked before its characters.
    pub(crate) fn into_token(
        self,
        max_bytes: usize,
    ) -> Result<BearerToken<'h>, InvalidCredentials> {
        if self.0.len() > max_bytes {
            return Err(InvalidCredentials::Invalid(InvalidToken::TooLong));
        }
        BearerToken::from_bytes(self.0)
            .ok_or(InvalidCredentials::Malformed(MalformedHeader::NotAToken))
    }
}

impl<'h> From<&'h str> for Credentials<'h> {
    /// Returns the credentials of a token that was not received in a header.
    fn from(token: &'h str) -> Self {
        Self(token.as_bytes())
    }
}

/// Returns the rest of a line after the configured scheme, or `None` if the line has another
/// scheme. The scheme is the leading run of `tchar`, compared case-insensitively (RFC 9110 section
/// 11.1).
#[inline]
fn after_scheme<'h>(line: &'h [u8], scheme: &str) -> Option<&'h [u8]> {
    // The common case: the scheme in the configured case, and a space, which is no `tchar`.
    if let Some(rest @ [b' ', ..]) = line.strip_prefix(scheme.as_bytes()) {
        return Some(rest);
    }
    let end = line
        .iter()
        .position(|byte| !is_tchar(*byte))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end)?;
    name.eq_ignore_ascii_case(scheme.as_bytes()).then_some(rest)
}

/// Returns `true` if a line has the scheme.
pub(crate) fn has_scheme(line: &[u8], scheme: &str) -> bool {
    after_scheme(line, scheme).is_some()
}

/// Returns `true` if a line is a single word, such as a token without a scheme. A scheme is
/// followed by a space (RFC 9110 section 11.4).
pub(crate) fn is_without_scheme(line: &[u8]) -> bool {
    !line.trim_ascii().contains(&b' ')
}

#[inline]
fn strip_spaces(mut bytes: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// Returns `true` for a `tchar` (RFC 9110 section 5.6.2).
pub(crate) fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(lines: &[&str]) -> Result<Option<String>, MalformedHeader> {
        let Some(credentials) =
            Credentials::find(lines.iter().map(|line| line.as_bytes()), "Bearer")?
        else {
            return Ok(None);
        };
        match credentials.into_token(64) {
            Ok(token) => Ok(Some(token.as_str().to_owned())),
            Err(InvalidCredentials::Malformed(why)) => Err(why),
            Err(InvalidCredentials::Invalid(_)) => Ok(Some("too long".to_owned())),
        }
    }

    #[test]
    fn rule_1_1_the_scheme_is_compared_case_insensitively() {
        for line in [
            "Bearer a.b.c",
            "bearer a.b.c",
            "BEARER   a.b.c",
            "bEaReR a.b.c",
        ] {
            assert_eq!(token_of(&[line]), Ok(Some("a.b.c".to_owned())), "{line:?}");
        }
    }

    #[test]
    fn rule_1_1_other_schemes_are_ignored() {
        for line in [
            "",
            "Basic abc",
            "BearerX a",
            "Bear a",
            "a.b.c",
            "Bearer-x a",
            "=Bearer a",
            "\u{a0}Bearer a",
        ] {
            assert_eq!(token_of(&[line]), Ok(None), "{line:?}");
        }
        assert_eq!(token_of(&[]), Ok(None));
        assert_eq!(token_of(&["Basic a", "Digest b"]), Ok(None));
    }

    #[test]
    fn rule_1_1_the_scheme_is_followed_by_spaces_and_one_token() {
        for line in [
            "Bearer",
            "Bearer ",
            "Bearer\ta",
            "Bearer \ta",
            "Bearer=a",
            "Bearer:a",
            "Bearer a b",
            "Bearer a,b",
            "Bearer a=",
            "Bearer a ",
            "Bearer a;",
            "Bearer \u{a0}a",
            "Bearer\u{a0}a",
            "Bearer \"a\"",
            "Bearer a/b",
            "Bearer a+b",
            "Bearer a\0",
        ] {
            assert_eq!(
                token_of(&[line]),
                Err(MalformedHeader::NotAToken),
                "{line:?}"
            );
        }
    }

    #[test]
    fn rule_1_1_several_lines_with_one_bearer_token_are_malformed() {
        for lines in [
            ["Bearer a", "Bearer a"],
            ["Basic x", "Bearer a"],
            ["Bearer a", ""],
        ] {
            assert_eq!(
                token_of(&lines),
                Err(MalformedHeader::SeveralLines),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn rule_1_2_the_length_is_checked_before_the_characters() {
        let long = format!("Bearer {}", "=".repeat(65));
        assert_eq!(token_of(&[&long]), Ok(Some("too long".to_owned())));
    }
}
