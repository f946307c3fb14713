//! The names of user pools, and the URLs that are derived from their IDs.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::issuer_type::IssuerType;

/// The name of a user pool in the settings.
///
/// The pool of the top-level settings is named `default`. An additional pool has the name under
/// which it is configured.
///
/// # Examples
///
/// ```
/// use cognito_m2m::PoolName;
///
/// assert_eq!(PoolName::default().as_str(), "default");
/// assert!(PoolName::default().is_default());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PoolName(Option<Arc<str>>);

impl PoolName {
    pub(crate) const DEFAULT: &'static str = "default";

    /// Returns the name of an additional pool, or `None` if it is empty, is `default`, or contains
    /// a character other than `A-Za-z0-9_.-`.
    pub(crate) fn new_additional(name: &str) -> Option<Self> {
        let is_allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let is_valid = !name.is_empty() && name != Self::DEFAULT && name.bytes().all(is_allowed);
        is_valid.then(|| Self(Some(name.into())))
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or(Self::DEFAULT)
    }

    /// Returns `true` for the pool of the top-level settings.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for PoolName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Returns the Region at the start of a user pool ID such as `us-east-1_AbCdEfGhI`, or `None` if
/// the ID is invalid.
///
/// The syntax is that of `UserPoolIdType` in the Amazon Cognito API reference: `[\w-]+_[0-9a-zA-Z]+`,
/// with at most 55 characters.
pub(crate) fn region_of(user_pool_id: &str) -> Option<&str> {
    let (region, suffix) = user_pool_id.rsplit_once('_')?;
    let is_valid = !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (user_pool_id.len() <= 55 && is_valid && is_region(region)).then_some(region)
}

/// Returns `true` if the text has the form of an AWS Region, such as `us-gov-west-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let count = text.split('-').count();
    (3..=4).contains(&count)
        && parts.by_ref().take(count.saturating_sub(1)).all(is_word)
        && parts.all(is_number)
}

/// Returns an issuer of a user pool: the value of `iss`, and the beginning of the JWKS URL.
///
/// The Region of [`IssuerType::Original`] is the one that issued the token, and that of
/// [`IssuerType::Updated`] is the primary Region of the pool (`IssuerConfigurationType` in the Cognito
/// API reference).
pub(crate) fn issuer_of(issuer_type: IssuerType, region: &str, user_pool_id: &str) -> String {
    let service = match issuer_type {
        IssuerType::Original => "cognito-idp",
        IssuerType::Updated => "issuer-cognito-idp",
    };
    let domain = domain_of(region);
    format!("https://{service}.{region}.{domain}/{user_pool_id}")
}

/// Parses an issuer of Cognito. Returns `None` for any other text, such as an issuer whose domain is not
/// that of its Region.
pub(crate) fn parse_issuer(issuer: &str) -> Option<(IssuerType, &str, &str)> {
    let (service, rest) = issuer.strip_prefix("https://")?.split_once('.')?;
    let issuer_type = match service {
        "cognito-idp" => IssuerType::Original,
        "issuer-cognito-idp" => IssuerType::Updated,
        _ => return None,
    };
    let (region, _) = rest.split_once('.')?;
    let (_, user_pool_id) = rest.split_once('/')?;
    let is_valid = is_region(region) && region_of(user_pool_id).is_some();
    let is_issuer = is_valid && issuer_of(issuer_type, region, user_pool_id) == issuer;
    is_issuer.then_some((issuer_type, region, user_pool_id))
}

/// Returns the name of the AWS partition of a Region, as in `partitions.json` of the AWS SDKs.
pub(crate) fn partition_of(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ if region.starts_with("us-iso-") => "aws-iso",
        _ if region.starts_with("us-isob-") => "aws-iso-b",
        _ if region.starts_with("eu-isoe-") => "aws-iso-e",
        _ if region.starts_with("us-isof-") => "aws-iso-f",
        _ if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

/// Returns the DNS suffix of the AWS partition of a Region, as in `partitions.json` of the AWS SDKs.
pub(crate) fn domain_of(region: &str) -> &'static str {
    match partition_of(region) {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}

/// Returns the JWKS URL of an issuer (Amazon Cognito Developer Guide, "Verifying JSON web tokens").
pub(crate) fn jwks_url_of(issuer: &str) -> String {
    format!("{issuer}/.well-known/jwks.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_parsed_from_the_user_pool_id() {
        assert_eq!(region_of("us-east-1_AbCdEfGhI"), Some("us-east-1"));
        assert_eq!(region_of("us-gov-west-1_x1"), Some("us-gov-west-1"));
        for id in [
            "us-east-1",
            "us-east-1_",
            "_abc",
            "us-east-1_a-b",
            "us east-1_a",
            "",
        ] {
            assert_eq!(region_of(id), None, "{id:?}");
        }
    }

    #[test]
    fn issuers_are_derived_in_every_partition() {
        let issuer = |region| issuer_of(IssuerType::Original, region, "p");
        assert_eq!(
            issuer("eu-west-1"),
            "https://cognito-idp.eu-west-1.amazonaws.com/p"
        );
        assert_eq!(
            issuer("cn-north-1"),
            "https://cognito-idp.cn-north-1.amazonaws.com.cn/p"
        );
        assert_eq!(
            issuer("us-gov-west-1"),
            "https://cognito-idp.us-gov-west-1.amazonaws.com/p"
        );
        assert_eq!(
            issuer("us-iso-east-1"),
            "https://cognito-idp.us-iso-east-1.c2s.ic.gov/p"
        );
        assert_eq!(
            issuer("us-isob-east-1"),
            "https://cognito-idp.us-isob-east-1.sc2s.sgov.gov/p"
        );
        assert_eq!(
            issuer("eusc-de-east-1"),
            "https://cognito-idp.eusc-de-east-1.amazonaws.eu/p"
        );
        assert_eq!(
            issuer_of(IssuerType::Updated, "eu-west-1", "p"),
            "https://issuer-cognito-idp.eu-west-1.amazonaws.com/p"
        );
        assert_eq!(
            issuer_of(IssuerType::Updated, "cn-north-1", "p"),
            "https://issuer-cognito-idp.cn-north-1.amazonaws.com.cn/p"
        );
    }

    #[test]
    fn issuers_of_cognito_are_parsed_and_no_others() {
        for region in ["us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"] {
            let id = format!("{region}_Ab1");
            for issuer_type in [IssuerType::Original, IssuerType::Updated] {
                let issuer = issuer_of(issuer_type, region, &id);
                assert_eq!(parse_issuer(&issuer), Some((issuer_type, region, &*id)));
                assert_eq!(parse_issuer(&format!("{issuer}/")), None);
            }
        }
        for other in [
            "",
            "https://cognito-idp.us-east-1.amazonaws.com",
            "http://cognito-idp.us-east-1.amazonaws.com/us-east-1_a",
            "https://cognito-idp.us-east-1.amazonaws.com.cn/us-east-1_a",
            "https://cognito-idp.us-east-1.evil.example/us-east-1_a",
            "https://cognito-idp.us-east-1.amazonaws.com.evil.example/us-east-1_a",
            "https://evil.us-east-1.amazonaws.com/us-east-1_a",
            "https://cognito-idp.us-east-1.amazonaws.com/x/us-east-1_a",
        ] {
            assert_eq!(parse_issuer(other), None, "{other}");
        }
    }

    #[test]
    fn an_additional_pool_cannot_be_named_default() {
        assert!(PoolName::new_additional("default").is_none());
        assert!(PoolName::new_additional("a:b").is_none());
        assert!(PoolName::new_additional("tenant-a").is_some());
    }
}
