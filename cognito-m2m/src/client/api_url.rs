use url::Url;

use crate::pool::{domain_of, is_region, partition_of};

/// The expected form of a Region, in faults of settings that contain one.
const EXPECTED_REGION: &str = "expected an AWS Region like `us-east-1`";

/// The Regions outside of GovCloud in which the user pools API has FIPS endpoints (AWS General
/// Reference: "Amazon Cognito endpoints and quotas").
const FIPS_REGIONS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

/// Returns the URL of the user pools API in a Region. The error is the text of a setting fault.
///
/// GovCloud has FIPS endpoints only (AWS GovCloud User Guide: "Amazon Cognito in AWS GovCloud
/// (US)").
pub(super) fn api_url_of(region: &str, is_fips: bool) -> Result<Url, &'static str> {
    if !is_region(region) {
        return Err(EXPECTED_REGION);
    }
    let is_govcloud = region.starts_with("us-gov-");
    if is_fips && !is_govcloud && !FIPS_REGIONS.contains(&region) {
        return Err(
            "has no documented FIPS endpoint: remove `api_fips`, or set `api_url` to one instead",
        );
    }
    let service = if is_fips || is_govcloud {
        "cognito-idp-fips"
    } else {
        "cognito-idp"
    };
    let domain = domain_of(region);
    Url::parse(&format!("https://{service}.{region}.{domain}/")).map_err(|_| EXPECTED_REGION)
}

/// Returns `true` if both Regions belong to the same AWS partition. User pools are not replicated to
/// others.
pub(super) fn is_same_partition(one: &str, other: &str) -> bool {
    partition_of(one) == partition_of(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_is_that_of_the_partition() {
        for (region, host) in [
            ("eu-west-1", "cognito-idp.eu-west-1.amazonaws.com"),
            ("cn-north-1", "cognito-idp.cn-north-1.amazonaws.com.cn"),
            (
                "us-gov-west-1",
                "cognito-idp-fips.us-gov-west-1.amazonaws.com",
            ),
            ("eusc-de-east-1", "cognito-idp.eusc-de-east-1.amazonaws.eu"),
            ("us-iso-east-1", "cognito-idp.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", "cognito-idp.us-isob-east-1.sc2s.sgov.gov"),
        ] {
            let url = api_url_of(region, false).unwrap();
            assert_eq!(url.as_str(), format!("https://{host}/"));
        }
        for wrong in [
            "",
            "nowhere",
            "eu-west-1.evil.example/",
            "EU-WEST-1",
            "eu-west",
        ] {
            assert!(api_url_of(wrong, false).is_err(), "{wrong}");
        }
    }

    #[test]
    fn fips_hosts_exist_in_the_united_states_only() {
        for region in ["us-east-1", "us-west-2", "us-gov-east-1"] {
            let url = api_url_of(region, true).unwrap();
            let host = format!("https://cognito-idp-fips.{region}.amazonaws.com/");
            assert_eq!(url.as_str(), host);
        }
        for region in ["eu-west-1", "ca-central-1", "cn-north-1", "us-iso-east-1"] {
            assert!(api_url_of(region, true).is_err(), "{region}");
        }
    }

    #[test]
    fn partitions_are_distinguished() {
        for (one, other) in [
            ("us-east-1", "eu-west-1"),
            ("us-gov-east-1", "us-gov-west-1"),
        ] {
            assert!(is_same_partition(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("us-east-1", "us-gov-west-1"),
            ("eu-central-1", "eusc-de-east-1"),
            ("us-east-1", "cn-north-1"),
            ("us-iso-east-1", "us-isob-east-1"),
        ] {
            assert!(!is_same_partition(one, other), "{one} {other}");
        }
    }
}
