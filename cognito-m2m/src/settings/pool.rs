use std::collections::BTreeMap;

use serde_json::Value;

use super::value::{SettingValue, unexpected};

/// The settings of an additional user pool, such as one of another tenant or in another Region.
///
/// A pool requires `user_pool_id` (which contains the Region), or `issuer` and `jwks_url`. A pool
/// without an `audience` uses that of the top-level [`Settings`](crate::Settings).
///
/// # Examples
///
/// ```
/// use cognito_m2m::Settings;
/// use cognito_m2m::settings::PoolSettings;
///
/// let settings = Settings::default()
///     .region("us-east-1")
///     .user_pool_id("us-east-1_AbCdEfGhI")
///     .pool("tenant-a", PoolSettings::default().user_pool_id("eu-west-1_JkLmNoPqR"));
///
/// let with_audience_and_allowlist = PoolSettings::default()
///     .region("eu-west-1")
///     .user_pool_id("eu-west-1_JkLmNoPqR")
///     .audience("https://api.example.com")
///     .require_audience(false)
///     .allowed_client_ids(["reporting"]);
///
/// let local = PoolSettings::default()
///     .issuer("http://127.0.0.1:9229/local")
///     .jwks_url("http://127.0.0.1:9229/local/.well-known/jwks.json");
/// ```
#[derive(Clone, Debug, Default)]
pub struct PoolSettings {
    pub(crate) region: Option<String>,
    pub(crate) user_pool_id: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) jwks_url: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) require_audience: Option<bool>,
    pub(crate) allowed_client_ids: Option<Vec<String>>,
}

impl PoolSettings {
    /// Sets the AWS Region, which must match the user pool ID. Default: the Region in that ID.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the ID of the user pool, such as `eu-west-1_JkLmNoPqR`.
    #[must_use]
    pub fn user_pool_id(mut self, id: impl Into<String>) -> Self {
        self.user_pool_id = Some(id.into());
        self
    }

    /// Sets the issuer, which the `iss` claim of the pool's tokens must equal. Default: derived
    /// from the user pool ID.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Sets the URL of the JWK Set with the pool's signing keys. Default: derived from the user
    /// pool ID.
    #[must_use]
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.jwks_url = Some(url.into());
        self
    }

    /// Sets the audience that `aud` must contain. Default: the `audience` of the top-level
    /// settings.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Sets whether tokens without an `aud` claim are refused. Default: the `require_audience` of
    /// the top-level settings.
    #[must_use]
    pub fn require_audience(mut self, required: bool) -> Self {
        self.require_audience = Some(required);
        self
    }

    /// Sets the clients of this pool that are accepted. All others are refused, even by handlers
    /// that list them. Default: every client is accepted.
    #[must_use]
    pub fn allowed_client_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_client_ids = Some(ids.into_iter().map(Into::into).collect());
        self
    }
}

impl SettingValue for PoolSettings {
    /// Parses a user pool ID.
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(Self::default().user_pool_id(text))
    }

    fn from_value(value: Value) -> Result<Self, String> {
        let Value::Object(members) = value else {
            return String::from_value(value).and_then(|id| Self::from_text(&id));
        };
        let mut pool = Self::default();
        for (name, value) in members {
            let assigned = match name.as_str() {
                "region" => String::from_value(value).map(|it| pool.region = Some(it)),
                "user_pool_id" => String::from_value(value).map(|it| pool.user_pool_id = Some(it)),
                "issuer" => String::from_value(value).map(|it| pool.issuer = Some(it)),
                "jwks_url" => String::from_value(value).map(|it| pool.jwks_url = Some(it)),
                "audience" => String::from_value(value).map(|it| pool.audience = Some(it)),
                "require_audience" => {
                    bool::from_value(value).map(|it| pool.require_audience = Some(it))
                }
                "allowed_client_ids" => {
                    Vec::from_value(value).map(|it| pool.allowed_client_ids = Some(it))
                }
                _ => Err("is not a setting of a pool: check its spelling".to_owned()),
            };
            assigned.map_err(|problem| format!("`{name}`: {problem}"))?;
        }
        Ok(pool)
    }
}

impl SettingValue for BTreeMap<String, PoolSettings> {
    /// Parses a list of user pool IDs. Each ID is also the name of the pool.
    fn from_text(text: &str) -> Result<Self, String> {
        let ids = Vec::<String>::from_text(text)?;
        ids.into_iter()
            .map(|id| Ok((id.clone(), PoolSettings::from_text(&id)?)))
            .collect()
    }

    fn from_value(value: Value) -> Result<Self, String> {
        let Value::Object(pools) = value else {
            return unexpected("a map of user pools", &value);
        };
        let pool = |(name, value)| match PoolSettings::from_value(value) {
            Ok(pool) => Ok((name, pool)),
            Err(problem) => Err(format!("{name}: {problem}")),
        };
        pools.into_iter().map(pool).collect()
    }
}
