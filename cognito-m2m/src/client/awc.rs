use http_0_2::header::{AUTHORIZATION, HeaderName, HeaderValue};

use super::answer::AnswerError;
use super::error::TokenClientError;
use super::origins::{CallError, OriginTokens};

impl OriginTokens {
    /// The `Authorization` header for a request that `awc` sends to this URL, marked as sensitive.
    ///
    /// The types are those of `http` 0.2, which `awc` and Actix-web work with, so this needs no
    /// dependency on `awc`: `client.get(url).insert_header(header)`. Build that client with
    /// `disable_redirects()`; where an API answers 401 with `invalid_token`, call
    /// [`invalidate`](Self::invalidate) with the token of [`token_for`](Self::token_for).
    ///
    /// # Errors
    ///
    /// [`CallError::Elsewhere`] where the URL is of another origin; [`CallError::Token`] where
    /// there is no token.
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
        // A token has the characters of a header value, or it would not be one.
        let mut value = value.map_err(|_| TokenClientError::Answer(AnswerError::AccessToken))?;
        value.set_sensitive(true);
        Ok((AUTHORIZATION, value))
    }
}
