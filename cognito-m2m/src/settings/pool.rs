use serde_json::Value;

use super::value::SettingValue;

/// A further user pool: another tenant, or another Region.
///
/// A pool needs `user_pool_id` (the Region is in the id), or `issuer` and `jwks_url`. Where it has
/// no audience of its own, that of the top-level settings holds.
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
/// let with_its_own_rules = PoolSettings::default()
///     .region("eu-west-1")
///     .user_pool_id("eu-west-1_JkLmNoPqR")
///     .audience("https://api.example.com")
///     .require_audience(false)
///     .allowed_client_ids(["reporting"]);
///
/// let stand_in = PoolSettings::default()
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
    /// The Region, where it is to be checked against the pool id. Default: that of the pool id.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The id of the user pool, as in `eu-west-1_JkLmNoPqR`.
    #[must_use]
    pub fn user_pool_id(mut self, id: impl Into<String>) -> Self {
        self.user_pool_id = Some(id.into());
        self
    }

    /// The `iss` claim of the pool's tokens. Default: follows from the pool id.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Where the pool's keys are. Default: follows from the pool id.
    #[must_use]
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.jwks_url = Some(url.into());
        self
    }

    /// What `aud` must contain. Default: the `audience` of the top-level settings.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Whether a token without `aud` is refused. Default: that of the top-level settings.
    #[must_use]
    pub fn require_audience(mut self, required: bool) -> Self {
        self.require_audience = Some(required);
        self
    }

    /// The clients of this pool whose tokens are admitted at all. Default: every one.
    #[must_use]
    pub fn allowed_client_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_client_ids = Some(ids.into_iter().map(Into::into).collect());
        self
    }
}

impl SettingValue for PoolSettings {
    /// In the environment a pool is its id.
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
                _ => Err("is no setting of a pool: check its spelling".to_owned()),
            };
            assigned.map_err(|problem| format!("`{name}`: {problem}"))?;
        }
        Ok(pool)
    }
}
