use super::builder::TokenClientBuilder;

/// Where and how tokens are requested.
impl TokenClientBuilder {
    /// Requests tokens from Cognito's API in this Region, instead of a token endpoint.
    ///
    /// The operation `GetClientToken` needs no user pool domain and no AWS credentials. The app
    /// client needs the authentication flow `ALLOW_CLIENT_TOKEN_AUTH`, which excludes all others
    /// (Amazon Cognito API reference: `GetClientToken`). Everything else is as with the token
    /// endpoint: the cache, renewals, retries, secrets and errors, whose codes are the exceptions of
    /// AWS.
    ///
    /// It can't be combined with [`token_url`](Self::token_url) or [`domain`](Self::domain), nor
    /// with the settings of their form:
    /// [`credential_placement`](Self::credential_placement) other than the default,
    /// [`scope_in_query`](Self::scope_in_query) and [`form_parameter`](Self::form_parameter).
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::TokenClient;
    ///
    /// let tokens = TokenClient::builder()
    ///     .api("us-east-1")
    ///     .api_fallback_region("us-west-2")
    ///     .client_id("7k2m9f3qexample")
    ///     .client_secret("from the secret store")
    ///     .build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn api(mut self, region: impl Into<String>) -> Self {
        self.settings.api.region = Some(region.into());
        self
    }

    /// Sets a second Region for a user pool that is replicated to it, in the same AWS partition.
    ///
    /// If the first Region does not respond or fails with a 5xx, the same call requests its token
    /// from the second one, for which half of its time is reserved. For 30 s, further token requests go
    /// to the second Region first, and to the first one only if the second one fails. Then a single
    /// request tries the first Region again, and the others follow once it has responded.
    ///
    /// A refusal or throttling is final: the other Region is not tried. Each attempt of a call sends
    /// up to one request to each Region. With the issuer type `ORIGINAL`, the tokens of a replica have an
    /// issuer of their own, which the called API must accept
    /// ([`guide::two_regions`](crate::guide::two_regions)).
    pub fn api_fallback_region(mut self, region: impl Into<String>) -> Self {
        self.settings.api.fallback_region = Some(region.into());
        self
    }

    /// Sets whether the API's FIPS endpoints are used. Defaults to `false`.
    ///
    /// They are documented for `us-east-1`, `us-east-2`, `us-west-1` and `us-west-2` (AWS General
    /// Reference: "Amazon Cognito endpoints and quotas"), and another Region is a fault. GovCloud
    /// has FIPS endpoints only, which are used with both values.
    pub fn api_fips(mut self, is_fips: bool) -> Self {
        self.settings.api.fips = is_fips;
        self
    }

    /// Sets the URL of the API, instead of a Region: `https`, or `http` on loopback.
    ///
    /// This is for a VPC endpoint, a gateway, or a test: `LocalCognito` has an `api_url`. See
    /// [`api`](Self::api) for what it can't be combined with.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.settings.api.url = Some(url.into());
        self
    }

    /// Sets the URL of the API in a second Region, which is used like that of
    /// [`api_fallback_region`](Self::api_fallback_region). It requires [`api_url`](Self::api_url),
    /// and has the same scheme.
    pub fn api_fallback_url(mut self, url: impl Into<String>) -> Self {
        self.settings.api.fallback_url = Some(url.into());
        self
    }

    /// Adds a parameter to the form of token requests, for a gateway or for a server other than
    /// Cognito.
    ///
    /// `resource` (RFC 8707) and `audience` (RFC 8693) can be added more than once, and other
    /// parameters only once. The parameters that the client sends itself are reserved: `grant_type`,
    /// `scope`, `client_id`, `client_secret`, `client_assertion`, `client_assertion_type` and
    /// `aws_client_metadata`. A violation is a fault of the settings, without the value. `Debug` does
    /// not print the values.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::TokenClient;
    ///
    /// let tokens = TokenClient::builder()
    ///     .token_url("https://id.example.com/token")
    ///     .form_parameter("resource", "https://api.example.com")
    ///     .client_id("reporting")
    ///     .client_secret("from the secret store")
    ///     .build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn form_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let parameters = &mut self.settings.form_parameters;
        parameters.add(name.into(), value.into().into());
        self
    }
}
