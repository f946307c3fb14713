/// The reason why a token is invalid.
///
/// It is logged, and never sent to the caller, who only receives `invalid_token`.
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
    /// The token is longer than `max_token_bytes`.
    #[error("the token is longer than `max_token_bytes`")]
    TooLong,
    /// The token does not have three parts (RFC 7515 section 3.1).
    #[error("the token does not have three parts separated by dots")]
    NotThreeParts,
    /// The token is encrypted: it has five parts (RFC 7516 section 3.1).
    #[error("the token is encrypted instead of signed")]
    Encrypted,
    /// A part is not canonical base64url (RFC 7515 section 2).
    #[error("a part of the token is not canonical base64url without padding")]
    Base64,
    /// The header or the payload is not a JSON object in UTF-8.
    #[error("the header or the payload is not a JSON object in UTF-8")]
    Json,
    /// The header or the payload contains a member more than once.
    #[error("the header or the payload contains a member more than once")]
    DuplicateMember,
    /// `alg` is not `RS256`.
    #[error("`alg` is not RS256")]
    Algorithm,
    /// `kid` is absent, empty, or not a string.
    #[error("`kid` is absent, empty, or not a string")]
    KeyId,
    /// The header has a `crit` member (RFC 7515 section 4.1.11).
    #[error("the header has a `crit` member, but no extensions are supported")]
    CriticalExtension,
    /// `typ` is neither `JWT` nor `at+jwt` (RFC 9068 section 2.1).
    #[error("`typ` is neither JWT nor at+jwt")]
    Type,
    /// The header has a `cty`, `zip` or `b64` member.
    #[error("the header has a `cty`, `zip` or `b64` member")]
    Encoding,
    /// `iss` is not a string, or not the issuer of a configured user pool.
    #[error("`iss` is not the issuer of a configured user pool")]
    Issuer,
    /// The user pool has no key with this `kid`.
    #[error("the user pool has no signing key with this `kid`")]
    UnknownKey,
    /// The signature is invalid.
    #[error("the signature is invalid")]
    Signature,
    /// `token_use` is not `access`.
    #[error("`token_use` is not access")]
    TokenUse,
    /// `client_id` is absent, or not a valid client ID.
    #[error("`client_id` is not a string of 1 to 128 characters of `A-Za-z0-9_+.-`")]
    ClientId,
    /// `sub` is present, but not a string (RFC 7519 section 4.1.2).
    #[error("`sub` is not a string")]
    Subject,
    /// `exp` or `iat` is absent, or one of `exp`, `iat` and `nbf` is not a finite number.
    #[error("`exp`, `iat` or `nbf` is not a number of seconds")]
    Date,
    /// `nbf` or `iat` is in the future by more than the leeway.
    #[error("the token is not valid yet: `nbf` or `iat` is in the future")]
    NotYetValid,
    /// The lifetime of the token is longer than `max_token_lifetime`.
    #[error("the lifetime of the token is longer than `max_token_lifetime`")]
    Lifetime,
    /// `aud` does not contain the configured audience.
    #[error("`aud` does not contain the configured audience")]
    Audience,
    /// `scope` is present, but not a string.
    #[error("`scope` is not a string")]
    Scope,
    /// The token was issued to a user (it has a `username` claim), and `accept_user_tokens` is off.
    #[error("the token was issued to a user, and `accept_user_tokens` is off")]
    UserToken,
    /// A custom validator refused the token.
    #[error("the custom validator refused the token")]
    Custom,
}

impl InvalidToken {
    /// Returns the stable reason code that appears in logs.
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
            Self::Subject => "sub",
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
