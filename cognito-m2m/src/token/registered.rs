use std::borrow::Cow;

use super::{Audience, InvalidToken};
use crate::json::{JsonFault, Member, Members};

/// The claims that this crate reads from a payload.
///
/// The payload is parsed once. The type of a claim is checked only when the claim is read, so that
/// the validator can verify the signature first and determine the order of the other checks.
pub(crate) struct RegisteredClaims<'j>(Members<'j, 10>);

const NAMES: [&str; 10] = [
    "sub",
    "token_use",
    "scope",
    "iss",
    "exp",
    "iat",
    "client_id",
    "nbf",
    "aud",
    "username",
];

/// `exp`, `iat` and `nbf` as finite numbers of seconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dates {
    pub(crate) expires_at: f64,
    pub(crate) issued_at: f64,
    pub(crate) not_before: Option<f64>,
}

impl<'j> RegisteredClaims<'j> {
    pub(crate) fn parse(payload: &'j str) -> Result<Self, JsonFault> {
        Members::parse(payload, &NAMES).map(Self)
    }

    pub(crate) fn issuer(&self) -> Option<Cow<'j, str>> {
        self.0.find("iss")?.string()
    }

    /// Returns the `sub` claim, a string (RFC 7519 section 4.1.2).
    pub(crate) fn subject(&self) -> Result<Option<Cow<'j, str>>, InvalidToken> {
        match self.0.find("sub") {
            None => Ok(None),
            Some(subject) => subject.string().map(Some).ok_or(InvalidToken::Subject),
        }
    }

    pub(crate) fn client_id(&self) -> Option<Cow<'j, str>> {
        self.0.find("client_id")?.string()
    }

    pub(crate) fn token_use(&self) -> Option<Cow<'j, str>> {
        self.0.find("token_use")?.string()
    }

    /// Returns `true` for the token of a user: Cognito adds `username` to every token of a user,
    /// and to no token of a machine.
    pub(crate) fn has_username(&self) -> bool {
        self.0.contains("username")
    }

    /// Returns the `scope` claim, or an empty string if it is absent.
    pub(crate) fn scope(&self) -> Result<Cow<'j, str>, InvalidToken> {
        match self.0.find("scope") {
            None => Ok(Cow::Borrowed("")),
            Some(scope) => scope.string().ok_or(InvalidToken::Scope),
        }
    }

    /// Returns the `aud` claim, a string or an array of strings.
    pub(crate) fn audience(&self) -> Result<Option<Audience>, InvalidToken> {
        let Some(member) = self.0.find("aud") else {
            return Ok(None);
        };
        let one = || Some(Audience::One(member.string()?.into()));
        let many = || Some(Audience::Many(member.strings()?.into()));
        one().or_else(many).map(Some).ok_or(InvalidToken::Audience)
    }

    pub(crate) fn dates(&self) -> Result<Dates, InvalidToken> {
        Ok(Dates {
            expires_at: self.expiry().ok_or(InvalidToken::Date)?,
            issued_at: self
                .0
                .find("iat")
                .and_then(seconds)
                .ok_or(InvalidToken::Date)?,
            not_before: match self.0.find("nbf") {
                None => None,
                Some(date) => Some(seconds(date).ok_or(InvalidToken::Date)?),
            },
        })
    }

    pub(crate) fn expiry(&self) -> Option<f64> {
        self.0.find("exp").and_then(seconds)
    }

    pub(crate) fn issued_at(&self) -> Option<f64> {
        self.0.find("iat").and_then(seconds)
    }
}

/// Parses a `NumericDate` (RFC 7519 section 2): a number of seconds that may have a fraction.
fn seconds(date: Member<'_>) -> Option<f64> {
    date.number().filter(|seconds| seconds.is_finite())
}
