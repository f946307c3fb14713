/// Why a token is refused: for logs, never for the caller, who reads `invalid_token` only.
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::InvalidToken;
///
/// assert_eq!(InvalidToken::Signature.reason(), "signature");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// It is longer than `max_token_bytes`.
    #[error("expected a token within `max_token_bytes`")]
    TooLong,
    /// It has not three parts (RFC 7515 section 3.1).
    #[error("expected three parts separated by dots")]
    NotThreeParts,
    /// It is encrypted: five parts (RFC 7516 section 3.1).
    #[error("expected a signed token, found an encrypted one")]
    Encrypted,
    /// A part is not canonical base64url (RFC 7515 section 2).
    #[error("expected canonical base64url without padding")]
    Base64,
    /// Header or claims are not one JSON object in UTF-8.
    #[error("expected a JSON object in UTF-8 as header and as claims")]
    Json,
    /// Header or claims name a member twice.
    #[error("expected each member of header and claims once")]
    DuplicateMember,
    /// `alg` is not `RS256`.
    #[error("expected `alg` to be RS256")]
    Algorithm,
    /// `kid` is absent, empty, or no string.
    #[error("expected `kid` to be a non-empty string")]
    KeyId,
    /// There is a `crit` header (RFC 7515 section 4.1.11).
    #[error("expected no `crit` header: no extension is understood")]
    CriticalExtension,
    /// `typ` is neither `JWT` nor `at+jwt` (RFC 9068 section 2.1).
    #[error("expected `typ` to be absent, JWT or at+jwt")]
    Type,
    /// There is a `cty`, `zip` or `b64` header.
    #[error("expected no `cty`, `zip` or `b64` header")]
    Encoding,
    /// `iss` is no string, or no configured user pool's issuer.
    #[error("expected `iss` to be the issuer of a configured user pool")]
    Issuer,
    /// The user pool has no key of this `kid`.
    #[error("expected `kid` to name a key in the JWKS of the user pool")]
    UnknownKey,
    /// The signature does not fit.
    #[error("expected a signature by the key that `kid` names")]
    Signature,
    /// `token_use` is not `access`.
    #[error("expected `token_use` to be access")]
    TokenUse,
    /// `client_id` is absent or no client id.
    #[error("expected `client_id` to be 1 to 128 characters of `A-Za-z0-9_+.-`")]
    ClientId,
    /// `exp`, `iat` or `nbf` is absent where required, or no finite number.
    #[error("expected `exp` and `iat`, and `nbf` if there, to be numbers of seconds")]
    Date,
    /// `nbf` or `iat` lies in the future by more than the leeway.
    #[error("expected `nbf` and `iat` to have passed, within the leeway")]
    NotYetValid,
    /// It lives longer than `max_token_lifetime`.
    #[error("expected a life within `max_token_lifetime`")]
    Lifetime,
    /// `aud` does not contain the configured audience.
    #[error("expected `aud` to contain the configured audience")]
    Audience,
    /// `scope` is there and no string.
    #[error("expected `scope` to be absent or a string")]
    Scope,
    /// `username` is there: it is a user's token, and users are not admitted.
    #[error("expected a machine's token, found a user's (`accept_user_tokens` admits them)")]
    UserToken,
    /// A validator of the team's own refused it.
    #[error("refused by the custom validator")]
    Custom,
}

impl InvalidToken {
    /// The stable code that logs carry.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NotThreeParts => "not_three_parts",
            Self::Encrypted => "encrypted",
            Self::Base64 => "base64",
            Self::Json => "json",
            Self::DuplicateMember => "duplicate_member",
            Self::Algorithm => "alg",
            Self::KeyId => "kid",
            Self::CriticalExtension => "crit",
            Self::Type => "typ",
            Self::Encoding => "encoding",
            Self::Issuer => "iss",
            Self::UnknownKey => "unknown_kid",
            Self::Signature => "signature",
            Self::TokenUse => "token_use",
            Self::ClientId => "client_id",
            Self::Date => "date",
            Self::NotYetValid => "not_yet_valid",
            Self::Lifetime => "lifetime",
            Self::Audience => "aud",
            Self::Scope => "scope",
            Self::UserToken => "user_token",
            Self::Custom => "custom",
        }
    }
}
