//! The setting with which another issuer would be accepted.

use crate::{configured::Configured, explanation::Remedy};

/// The AWS partitions: the beginning of their Regions, and their domains. The last one is for all other
/// Regions.
const PARTITIONS: [(&str, &str); 8] = [
    ("cn-", "amazonaws.com.cn"),
    ("us-gov-", "amazonaws.com"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("eusc-", "amazonaws.eu"),
    ("", "amazonaws.com"),
];

/// Returns the partition of a Region, or of a user pool ID, which begins with a Region.
fn partition_of(region: &str) -> Option<(&'static str, &'static str)> {
    let mut partitions = PARTITIONS.into_iter();
    partitions.find(|(beginning, _)| region.starts_with(beginning))
}

/// An issuer of a Cognito user pool: `https://cognito-idp.<region>.amazonaws.com/<user pool ID>`, or
/// the same with `issuer-cognito-idp` (`IssuerConfigurationType` in the Amazon Cognito API reference).
struct CognitoIssuer<'t> {
    is_updated: bool,
    region: &'t str,
    user_pool_id: &'t str,
}

impl<'t> CognitoIssuer<'t> {
    fn parse(issuer: &'t str) -> Option<Self> {
        let (host, user_pool_id) = issuer.strip_prefix("https://")?.split_once('/')?;
        let (service, rest) = host.split_once('.')?;
        let (region, domain) = rest.split_once('.')?;
        if partition_of(region).is_none_or(|(_, expected)| domain != expected) {
            return None;
        }
        let is_name = |text: &str| {
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !text.is_empty() && text.len() <= 55 && text.bytes().all(is_allowed)
        };
        let is_updated = match service {
            "cognito-idp" => false,
            "issuer-cognito-idp" => true,
            _ => return None,
        };
        (is_name(region) && is_name(user_pool_id)).then_some(Self {
            is_updated,
            region,
            user_pool_id,
        })
    }
}

/// Returns what has to be set so that a token with this unverified `iss` is accepted.
pub(crate) fn remedy(untrusted_issuer: Option<&str>, configured: &Configured) -> Remedy {
    let Some(issuer) = untrusted_issuer else {
        return Remedy::NoSetting("a token of Cognito has an issuer");
    };
    let parsed = CognitoIssuer::parse(issuer);
    let is_of = |id: &String| {
        parsed
            .as_ref()
            .is_some_and(|issuer| issuer.user_pool_id == id)
    };
    if configured.has_issuer && !configured.additional_pool_ids.iter().any(is_of) {
        return Remedy::setting(
            "another `issuer` (with its `jwks_url`), if you trust that of the token: `issuer` is set, so it is the only one of its pool",
        );
    }
    let Some(issuer) = parsed else {
        return Remedy::setting(
            "`issuer` and `jwks_url` of this issuer, if you trust it: it is not an issuer of Cognito",
        );
    };
    let CognitoIssuer {
        is_updated,
        region,
        user_pool_id,
    } = issuer;
    if !configured.pool_ids().any(|id| id == user_pool_id) {
        return Remedy::Setting(format!(
            "`user_pool_id` = {user_pool_id:?}, or that ID in `pools`, if you trust this user pool: the token is from another one"
        ));
    }
    let is_home = user_pool_id
        .rsplit_once('_')
        .is_some_and(|(home, _)| home == region);
    match (is_updated, is_home) {
        (false, true) => Remedy::setting("`original` in `issuer_types`"),
        (true, true) => Remedy::setting("`updated` in `issuer_types`"),
        (false, false) if partition_of(region) != partition_of(user_pool_id) => {
            Remedy::NoSetting("the replicas of a user pool are in its own AWS partition")
        }
        (false, false) => Remedy::Setting(format!(
            "{region:?} in `replica_regions`, if the user pool is replicated to that Region"
        )),
        (true, false) => Remedy::NoSetting(
            "the UPDATED issuer of a user pool names the Region in its ID, and this one names another",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_decides_which_setting_is_missing() {
        let pools = Configured {
            user_pool_id: Some("us-east-1_AbCdEfGhI".to_owned()),
            additional_pool_ids: vec!["eu-west-1_b".to_owned()],
            ..Configured::default()
        };
        for (issuer, expected) in [
            (
                "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
                "`original` in `issuer_types`",
            ),
            (
                "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
                "`updated` in `issuer_types`",
            ),
            (
                "https://cognito-idp.us-west-2.amazonaws.com/us-east-1_AbCdEfGhI",
                "\"us-west-2\" in `replica_regions`",
            ),
            (
                "https://issuer-cognito-idp.us-west-2.amazonaws.com/us-east-1_AbCdEfGhI",
                "no setting",
            ),
            (
                "https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_b",
                "\"us-east-1\" in `replica_regions`",
            ),
            (
                "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other",
                "`user_pool_id` = \"us-east-1_Other\"",
            ),
            (
                "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a",
                "`user_pool_id` = \"cn-north-1_a\"",
            ),
            (
                "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI/",
                "`issuer` and `jwks_url`",
            ),
            (
                "https://cognito-idp.cn-north-1.amazonaws.com.cn/us-east-1_AbCdEfGhI",
                "no setting",
            ),
            (
                "https://cognito-idp.us-east-1.evil.example/us-east-1_AbCdEfGhI",
                "`issuer` and `jwks_url`",
            ),
            (
                "https://cognito-idp.us-east-1.amazonaws.com.evil.example/us-east-1_AbCdEfGhI",
                "`issuer` and `jwks_url`",
            ),
            (
                "http://127.0.0.1:9229/us-east-1_local",
                "`issuer` and `jwks_url`",
            ),
            ("https://evil.example/\u{1b}[31m", "`issuer` and `jwks_url`"),
            ("", "`issuer` and `jwks_url`"),
        ] {
            let text = match remedy(Some(issuer), &pools) {
                Remedy::Setting(text) => text,
                Remedy::NoSetting(advice) => format!("no setting: {advice}"),
            };
            assert!(text.starts_with(expected), "{issuer}: {text}");
        }
        assert!(matches!(remedy(None, &pools), Remedy::NoSetting(_)));
        let with_issuer = Configured {
            has_issuer: true,
            ..pools
        };
        let of_additional_pool = "https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_b";
        assert!(matches!(
            remedy(Some(of_additional_pool), &with_issuer),
            Remedy::Setting(text) if text.contains("`replica_regions`")
        ));
        let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
        assert!(matches!(
            remedy(Some(issuer), &with_issuer),
            Remedy::Setting(text) if text.starts_with("another `issuer`")
        ));
    }
}
