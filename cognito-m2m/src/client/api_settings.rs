use std::fmt;

use url::Url;

use super::api_regions::ApiRegions;
use super::api_url::{api_url_of, is_same_partition};
use super::token_url::parse_token_url;
use crate::setting_text::RedactedUrl;

/// The name of an invalid setting, and its problem.
pub(super) type Fault = (&'static str, &'static str);

/// The settings for Cognito's API operation `GetClientToken`.
#[derive(Clone, Default)]
pub(super) struct ApiSettings {
    pub(super) region: Option<String>,
    pub(super) fallback_region: Option<String>,
    pub(super) fips: bool,
    pub(super) url: Option<String>,
    pub(super) fallback_url: Option<String>,
}

impl ApiSettings {
    /// Returns `true` if tokens are requested from the API.
    pub(super) fn is_set(&self) -> bool {
        self.texts().iter().any(|(_, text)| text.is_some()) || self.fips
    }

    /// Returns the texts with the names of their settings.
    pub(super) fn texts(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("api_region", self.region.as_deref()),
            ("api_fallback_region", self.fallback_region.as_deref()),
            ("api_url", self.url.as_deref()),
            ("api_fallback_url", self.fallback_url.as_deref()),
        ]
    }

    /// Returns the endpoints of the API.
    pub(super) fn regions(&self) -> Result<ApiRegions, Fault> {
        match (&self.region, &self.url) {
            (Some(region), None) => self.regions_of(region),
            (None, Some(url)) => self.regions_at(url),
            (Some(_), Some(_)) => Err(("api_url", "can't be combined with `api_region`")),
            (None, None) => Err(("api_region", "required, or `api_url`")),
        }
    }

    fn regions_of(&self, region: &str) -> Result<ApiRegions, Fault> {
        if self.fallback_url.is_some() {
            return Err(("api_fallback_url", "requires `api_url`"));
        }
        let first = api_url_of(region, self.fips).map_err(|problem| ("api_region", problem))?;
        let Some(fallback) = self.fallback_region.as_deref() else {
            return Ok(ApiRegions::new(first, None));
        };
        let fault = |problem| ("api_fallback_region", problem);
        let second = api_url_of(fallback, self.fips).map_err(fault)?;
        if fallback == region {
            return Err(fault("expected another Region than `api_region`"));
        }
        if !is_same_partition(region, fallback) {
            return Err(fault(
                "expected a Region in the AWS partition of `api_region`",
            ));
        }
        Ok(ApiRegions::new(first, Some(second)))
    }

    fn regions_at(&self, url: &str) -> Result<ApiRegions, Fault> {
        if self.fallback_region.is_some() {
            return Err(("api_fallback_region", "requires `api_region`"));
        }
        if self.fips {
            return Err(("api_fips", "requires `api_region`"));
        }
        let parse = |name, url: &str| parse_token_url(url).map_err(|problem| (name, problem));
        let first = parse("api_url", url)?;
        let second = self.fallback_url.as_deref();
        let second: Option<Url> = second
            .map(|url| parse("api_fallback_url", url))
            .transpose()?;
        let problem = match &second {
            Some(second) if *second == first => Some("expected another URL than `api_url`"),
            // One HTTP client serves both. That for plain `http` uses neither TLS nor a proxy.
            Some(second) if second.scheme() != first.scheme() => {
                Some("expected the scheme of `api_url`")
            }
            _ => None,
        };
        match problem {
            Some(problem) => Err(("api_fallback_url", problem)),
            None => Ok(ApiRegions::new(first, second)),
        }
    }
}

/// Leaves out passwords in URLs. They are a fault, but these settings may not have been checked.
impl fmt::Debug for ApiSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiSettings")
            .field("region", &self.region)
            .field("fallback_region", &self.fallback_region)
            .field("fips", &self.fips)
            .field("url", &self.url.as_deref().map(RedactedUrl))
            .field(
                "fallback_url",
                &self.fallback_url.as_deref().map(RedactedUrl),
            )
            .finish()
    }
}
