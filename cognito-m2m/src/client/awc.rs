use http_0_2::header::{AUTHORIZATION, HeaderName, HeaderValue};

use super::call_error::CallError;
use super::error::TokenClientError;
use super::invalid_token_response::InvalidTokenResponse;
use super::origin_tokens::OriginTokens;

impl OriginTokens {
    /// Returns the `Authorization` header for an `awc` request to this URL, or an error if the URL
    /// is outside the API's origins.
    ///
    /// The value is marked as sensitive. The types are those of `http` 0.2, which `awc` and
    /// Actix-web use, so this needs no dependency on `awc`:
    /// `client.get(url).insert_header(header)`.
    ///
    /// Build the `awc` client with `disable_redirects()`. It limits requests to 5 s by default;
    /// change this with its `timeout`. If an API answers 401 with `invalid_token`, call
    /// [`invalidate`](Self::invalidate) with the token from [`token_for`](Self::token_for).
    /// [The guide](crate::guide::calling_services#how-do-i-use-another-http-client) has a complete
    /// example.
    ///
    /// # Errors
    ///
    /// Returns [`CallError::OtherOrigin`] if the URL is invalid, ambiguous or outside the API's
    /// origins (see [`token_for`](Self::token_for)), and [`CallError::Token`] if no token could be
    /// fetched.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use actix_web::test::TestRequest;
    /// use cognito_m2m::client::OriginTokens;
    ///
    /// # async fn call(widgets: OriginTokens) -> Result<(), cognito_m2m::client::CallError> {
    /// let header = widgets.header_for("https://widgets.example.com/widgets").await?;
    /// // With awc: `client.get(url).insert_header(header).send().await`
    /// let request = TestRequest::get().insert_header(header);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn header_for(&self, url: &str) -> Result<(HeaderName, HeaderValue), CallError> {
        let token = self.token_for(url).await?;
        let value = HeaderValue::from_bytes(token.header().as_bytes());
        // Never fails: an access token consists of characters that a header can contain.
        let mut value = value
            .map_err(|_| TokenClientError::InvalidResponse(InvalidTokenResponse::AccessToken))?;
        value.set_sensitive(true);
        Ok((AUTHORIZATION, value))
    }
}
