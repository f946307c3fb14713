use super::access_token::AccessToken;
use super::token_life::{ExpiredOnArrival, TokenLife};
use super::token_response::TokenResponse;
use crate::time::ClockReading;

/// A token of a response or of a token store. It is cached, and sent to the callers that wait for it.
#[derive(Clone)]
pub(super) struct FetchedToken {
    pub(super) token: AccessToken,
    // The waiting callers get a token of unknown lifetime, but it is not cached.
    pub(super) life: TokenLife,
    pub(super) is_from_store: bool,
}

impl FetchedToken {
    pub(super) fn from_response(response: &TokenResponse) -> Self {
        Self {
            token: response.access_token().clone(),
            life: *response.life(),
            is_from_store: false,
        }
    }

    /// Returns the token, or an error if it is no longer usable.
    pub(super) fn token_at(self, now: ClockReading) -> Result<AccessToken, ExpiredOnArrival> {
        self.life.check(now)?;
        Ok(self.token)
    }
}
