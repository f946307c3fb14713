use super::InvalidToken;

/// A bearer token as it stood in the header: one or more of `A-Za-z0-9-_.`, nothing verified.
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
    /// Takes a text of the characters that a compact JWS has (RFC 7515 section 3.1).
    ///
    /// `None` when it is empty or holds any other character.
    #[must_use]
    pub fn new(text: &'h str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    /// The token as text. It is a credential: never log it.
    #[must_use]
    pub fn as_str(&self) -> &'h str {
        self.0
    }

    fn from_bytes(bytes: &'h [u8]) -> Option<Self> {
        // No early return, so that the compiler looks at many bytes at once: tokens are long, and
        // almost all of them are sound.
        let sound = bytes
            .iter()
            .fold(!bytes.is_empty(), |sound, byte| sound & is_legal(*byte));
        sound.then(|| std::str::from_utf8(bytes).ok().map(Self))?
    }
}

/// The characters of a compact JWS, RFC 7515 section 3.1; no branches, see its caller.
fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_') | (byte == b'.')
}

impl std::fmt::Debug for BearerToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BearerToken([redacted])")
    }
}

/// An `Authorization` header of our scheme that holds no single token.
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
    /// There are several header lines, and one of them is ours.
    #[error("expected one header line with a bearer token, found several lines")]
    SeveralLines,
    /// The scheme is not followed by one or more spaces and a token (RFC 6750 section 2.1).
    #[error("expected the scheme, one or more spaces, and a token of `A-Za-z0-9-_.`")]
    NotAToken,
}

impl MalformedHeader {
    /// The stable code that logs carry.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::SeveralLines => "malformed_several_lines",
            Self::NotAToken => "malformed_not_a_token",
        }
    }
}

/// Why credentials of our scheme give no token.
pub(crate) enum InvalidCredentials {
    Malformed(MalformedHeader),
    Invalid(InvalidToken),
}

/// What stands behind our scheme, its characters not yet looked at.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'h>(&'h [u8]);

impl<'h> Credentials<'h> {
    /// Finds our scheme among the lines of the header; `None` where it is not.
    pub(crate) fn find(
        lines: impl Iterator<Item = &'h [u8]>,
        scheme: &str,
    ) -> Result<Option<Self>, MalformedHeader> {
        let mut ours = None;
        let mut count = 0_usize;
        for line in lines {
            count = count.saturating_add(1);
            ours = ours.or(after_scheme(line, scheme));
        }
        match ours {
            None => Ok(None),
            Some(_) if count > 1 => Err(MalformedHeader::SeveralLines),
            Some(rest) => match strip_spaces(rest) {
                [] => Err(MalformedHeader::NotAToken),
                token if token.len() == rest.len() => Err(MalformedHeader::NotAToken),
                token => Ok(Some(Self(token))),
            },
        }
    }

    pub(crate) fn as_bytes(self) -> &'h [u8] {
        self.0
    }

    /// Looks at the characters, after the length.
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
    /// A token that came without a header.
    fn from(token: &'h str) -> Self {
        Self(token.as_bytes())
    }
}

/// What follows the scheme, if the line has ours: the leading run of `tchar`, compared without
/// case (RFC 9110 section 11.1).
fn after_scheme<'h>(line: &'h [u8], scheme: &str) -> Option<&'h [u8]> {
    let end = line
        .iter()
        .position(|byte| !is_tchar(*byte))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end)?;
    name.eq_ignore_ascii_case(scheme.as_bytes()).then_some(rest)
}

fn strip_spaces(mut bytes: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// RFC 9110 section 5.6.2.
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
    fn rule_1_1_the_scheme_is_compared_without_case() {
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
    fn rule_1_1_another_scheme_is_no_token() {
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
    fn rule_1_1_anything_but_spaces_and_one_token_is_malformed() {
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
    fn rule_1_1_several_lines_with_one_of_ours_are_malformed() {
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
    fn rule_1_2_the_length_is_judged_before_the_characters() {
        let long = format!("Bearer {}", "=".repeat(65));
        assert_eq!(token_of(&[&long]), Ok(Some("too long".to_owned())));
    }
}
