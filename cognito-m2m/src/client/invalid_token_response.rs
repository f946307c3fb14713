use super::token_life::ExpiredOnArrival;

/// The reason that a response with status 200 contains no usable token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTokenResponse {
    /// The body is larger than this limit, in bytes.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The body is not a JSON object, or its `ClientAuthenticationResult` (of the API) is not one.
    #[error("expected a JSON object")]
    NotAnObject,
    /// A member of the JSON object occurs more than once, so that parsers could read different
    /// tokens.
    #[error("expected each member to occur once")]
    DuplicateMember,
    /// The response has an `error` (`__type` of the API) that is not a well-formed error code.
    #[error("expected no error in a response with status 200")]
    Error,
    /// `access_token` (`AccessToken` of the API) is missing, empty, or can't be sent in a header.
    #[error("expected `access_token` to be a bearer token (RFC 6750 section 2.1)")]
    AccessToken,
    /// `token_type` (`TokenType` of the API) is missing or is not `Bearer`.
    #[error("expected `token_type` to be `Bearer`")]
    TokenType,
    /// `expires_in` (`ExpiresIn` of the API) is present but is not a whole number of seconds above 0.
    #[error("expected `expires_in` to be a whole number of seconds above 0, or absent")]
    ExpiresIn,
    /// The token had expired when the response arrived. This failure is temporary.
    #[error("{0}")]
    ExpiredOnArrival(ExpiredOnArrival),
}
