//! Parsing of bearer tokens and their claims, before anything is verified.

mod bearer;
mod claims;
mod invalid;
mod registered;
mod unverified;

pub use bearer::{BearerToken, MalformedHeader};
pub(crate) use bearer::{Credentials, InvalidCredentials, has_scheme, is_tchar, is_without_scheme};
pub use claims::{Audience, Claims, ClaimsMismatch, InvalidClaims};
pub use invalid::InvalidToken;
pub(crate) use registered::RegisteredClaims;
pub(crate) use unverified::UnverifiedToken;
