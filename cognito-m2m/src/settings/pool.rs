use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::value::{SettingValue, expected};
use crate::issuer_type::IssuerType;
use crate::pool::region_of;
use crate::setting_text::{RedactedUrl, shown_name};

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
///
/// let replicated = PoolSettings::default()
///     .user_pool_id("eu-west-1_JkLmNoPqR")
///     .replica_regions(["eu-central-1"]);
/// ```
#[derive(Clone, Default)]
pub struct PoolSettings {
    pub(crate) region: Option<String>,
    pub(crate) user_pool_id: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) jwks_url: Option<String>,
    pub(crate) issuer_types: Option<Vec<IssuerType>>,
    pub(crate) replica_regions: Option<Vec<String>>,
    pub(crate) jwks_file: Option<String>,
    pub(crate) jwks_fetch: Option<bool>,
    pub(crate) jwks: Option<String>,
    pub(crate) aws_origin: Option<String>,
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

    /// Sets the issuers of the pool that are accepted. Default: the `issuer_types` of the top-level
    /// settings, which are both by default.
    #[must_use]
    pub fn issuer_types(mut self, types: impl IntoIterator<Item = IssuerType>) -> Self {
        self.issuer_types = Some(types.into_iter().collect());
        self
    }

    /// Sets the Regions of the pool's replicas, whose tokens are accepted too. Default: none.
    #[must_use]
    pub fn replica_regions(mut self, regions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.replica_regions = Some(regions.into_iter().map(Into::into).collect());
        self
    }

    /// Sets a file with a JWK Set, whose keys are used while no keys of this pool can be fetched. See
    /// [`Settings::jwks_file`](crate::Settings::jwks_file). Default: none.
    #[must_use]
    pub fn jwks_file(mut self, path: impl Into<String>) -> Self {
        self.jwks_file = Some(path.into());
        self
    }

    /// Sets whether the keys of this pool are fetched. Default: the `jwks_fetch` of the top-level
    /// settings.
    #[must_use]
    pub fn jwks_fetch(mut self, is_on: bool) -> Self {
        self.jwks_fetch = Some(is_on);
        self
    }

    /// Sets a JWK Set, whose keys are used like those of `jwks_file`. Default: none.
    #[must_use]
    pub fn jwks(mut self, text: impl Into<String>) -> Self {
        self.jwks = Some(text.into());
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

/// Leaves out passwords in URLs. They are a fault, but these settings may not have been checked.
impl fmt::Debug for PoolSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |text| Option::as_deref(text).map(RedactedUrl);
        f.debug_struct("PoolSettings")
            .field("region", &self.region)
            .field("user_pool_id", &self.user_pool_id)
            .field("issuer", &url(&self.issuer))
            .field("jwks_url", &url(&self.jwks_url))
            .field("issuer_types", &self.issuer_types)
            .field("replica_regions", &self.replica_regions)
            .field("jwks_file", &self.jwks_file)
            .field("jwks_fetch", &self.jwks_fetch)
            .field("has_jwks", &self.jwks.is_some())
            .field("audience", &self.audience)
            .field("require_audience", &self.require_audience)
            .field("allowed_client_ids", &self.allowed_client_ids)
            .finish()
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
                "region" => assign(&mut pool.region, value),
                "user_pool_id" => assign(&mut pool.user_pool_id, value),
                "issuer" => assign(&mut pool.issuer, value),
                "jwks_url" => assign(&mut pool.jwks_url, value),
                "issuer_types" => assign(&mut pool.issuer_types, value),
                "replica_regions" => assign(&mut pool.replica_regions, value),
                "jwks_file" => assign(&mut pool.jwks_file, value),
                "jwks_fetch" => assign(&mut pool.jwks_fetch, value),
                "audience" => assign(&mut pool.audience, value),
                "require_audience" => assign(&mut pool.require_audience, value),
                "allowed_client_ids" => assign(&mut pool.allowed_client_ids, value),
                _ => Err("is not a setting of a pool: check its spelling".to_owned()),
            };
            assigned.map_err(|problem| format!("`{}`: {problem}", shown_name(&name)))?;
        }
        Ok(pool)
    }
}

/// Parses a value. `null` stands for a setting that is left out.
fn assign<T: SettingValue>(setting: &mut Option<T>, value: Value) -> Result<(), String> {
    if !value.is_null() {
        *setting = Some(T::from_value(value)?);
    }
    Ok(())
}

impl SettingValue for BTreeMap<String, PoolSettings> {
    /// Parses a list of user pool IDs. Each ID is also the name of the pool, which errors show, so
    /// any other text is refused here.
    fn from_text(text: &str) -> Result<Self, String> {
        let ids = Vec::<String>::from_text(text)?;
        if ids.iter().any(|id| region_of(id).is_none()) {
            return expected("user pool IDs like `us-east-1_AbCdEfGhI`, separated by commas");
        }
        ids.into_iter()
            .map(|id| Ok((id.clone(), PoolSettings::from_text(&id)?)))
            .collect()
    }

    fn from_value(value: Value) -> Result<Self, String> {
        let Value::Object(pools) = value else {
            return expected("a map of user pools");
        };
        let pool = |(name, value): (String, Value)| match PoolSettings::from_value(value) {
            Ok(pool) => Ok((name, pool)),
            Err(problem) => Err(format!("{}: {problem}", shown_name(&name))),
        };
        let is_set = |(_, value): &(String, Value)| !value.is_null();
        pools.into_iter().filter(is_set).map(pool).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_stands_for_a_setting_that_is_left_out() {
        let pools = json!({
            "tenant": {
                "region": null,
                "user_pool_id": "eu-west-1_JkLmNoPqR",
                "issuer": null,
                "jwks_url": null,
                "issuer_types": null,
                "replica_regions": null,
                "jwks_file": null,
                "jwks_fetch": null,
                "audience": null,
                "require_audience": null,
                "allowed_client_ids": null,
            },
            "absent": null,
        });
        let pools = BTreeMap::<String, PoolSettings>::from_value(pools).expect("valid pools");
        assert_eq!(pools.keys().collect::<Vec<_>>(), ["tenant"]);
        let shown = format!("{:?}", pools["tenant"]);
        assert_eq!(shown.matches("None").count(), 10, "{shown}");
        let unknown = json!({"tenant": {"regin": null}});
        assert!(BTreeMap::<String, PoolSettings>::from_value(unknown).is_err());
    }

    #[test]
    fn list_of_pool_ids_has_ids_only() {
        let parse = BTreeMap::<String, PoolSettings>::from_text;
        assert_eq!(parse("eu-west-1_a, eu-west-1_b").map(|it| it.len()), Ok(2));
        for text in ["s3cret", "eu-west-1_a,s3cret", "eu-west-1_a\n", ","] {
            let problem = parse(text).expect_err(text);
            assert!(!problem.contains("s3cret"), "{problem}");
        }
    }
}
