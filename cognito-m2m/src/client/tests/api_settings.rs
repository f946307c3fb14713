//! The settings of the API operation `GetClientToken`.

use serde_json::json;

use super::*;
use crate::client::{CredentialPlacement, TokenClientBuildError, TokenClientSettings};

fn build(builder: TokenClientBuilder) -> Result<TokenClient, Vec<String>> {
    match builder.client_id("reporting").client_secret(SECRET).build() {
        Ok(tokens) => Ok(tokens),
        Err(TokenClientBuildError::Settings(error)) => {
            Err(error.faults().iter().map(ToString::to_string).collect())
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn hosts_of_the_regions_are_used() {
    let api = |region| TokenClient::builder().api(region);
    for (builder, hosts) in [
        (
            api("eu-west-1"),
            vec!["cognito-idp.eu-west-1.amazonaws.com/"],
        ),
        (
            api("us-east-1")
                .api_fips(true)
                .api_fallback_region("us-west-2"),
            vec![
                "cognito-idp-fips.us-east-1.amazonaws.com/",
                "cognito-idp-fips.us-west-2.amazonaws.com/",
            ],
        ),
        (
            api("cn-north-1"),
            vec!["cognito-idp.cn-north-1.amazonaws.com.cn/"],
        ),
    ] {
        let shown = format!("{:?}", build(builder).unwrap());
        for host in hosts {
            assert!(shown.contains(&format!("\"https://{host}\"")), "{shown}");
        }
    }
}

#[test]
fn combinations_of_endpoints_are_faults_that_name_them() {
    let builder = TokenClient::builder;
    let url = "https://id.example/token";
    let api_url = "https://api.example/";
    for (builder, expected) in [
        (
            builder(),
            vec!["`token_url` (COGNITO_M2M_TOKEN_URL): required"],
        ),
        (
            builder().api("us-east-1").token_url(url),
            vec!["`token_url`"],
        ),
        (
            builder().api_url(api_url).token_url(url),
            vec!["`token_url`"],
        ),
        (
            builder().api("us-east-1").domain("example", "us-east-1"),
            vec!["`token_client.domain_prefix`", "`token_client.region`"],
        ),
        (
            builder().api("us-east-1").api_url(api_url),
            vec!["`api_url` (COGNITO_M2M_CLIENT_API_URL)"],
        ),
        (
            builder().api_fips(true),
            vec!["`api_region` (COGNITO_M2M_CLIENT_API_REGION): required"],
        ),
        (
            builder().api_fallback_region("us-east-1"),
            vec!["`api_region`"],
        ),
        (builder().api_fallback_url(api_url), vec!["`api_region`"]),
        (
            builder().api_url(api_url).api_fallback_region("us-east-1"),
            vec!["`api_fallback_region` (COGNITO_M2M_CLIENT_API_FALLBACK_REGION): requires"],
        ),
        (
            builder().api("us-east-1").api_fallback_url(api_url),
            vec!["`api_fallback_url` (COGNITO_M2M_CLIENT_API_FALLBACK_URL): requires"],
        ),
        (
            builder().api_url(api_url).api_fips(true),
            vec!["`api_fips` (COGNITO_M2M_CLIENT_API_FIPS)"],
        ),
        (
            builder().api("us-east-1").api_fallback_region("us-east-1"),
            vec!["`api_fallback_region`"],
        ),
        (
            builder()
                .api("us-east-1")
                .api_fallback_region("us-gov-west-1"),
            vec!["`api_fallback_region`"],
        ),
        (
            builder().api("us-east-1").api_fallback_region("nowhere"),
            vec!["`api_fallback_region`"],
        ),
        (builder().api("nowhere"), vec!["`api_region`"]),
        (builder().api("us-east-1\n"), vec!["`api_region`"]),
        (
            builder().api("eu-west-1").api_fips(true),
            vec!["`api_region`"],
        ),
        (builder().api_url("http://api.example/"), vec!["`api_url`"]),
        (
            builder().api_url(api_url).api_fallback_url(api_url),
            vec!["`api_fallback_url`"],
        ),
        (
            builder()
                .api_url(api_url)
                .api_fallback_url("http://127.0.0.1:9/"),
            vec!["`api_fallback_url`"],
        ),
        (
            builder()
                .api("us-east-1")
                .credential_placement(CredentialPlacement::Form),
            vec!["`credential_placement` (COGNITO_M2M_CLIENT_CREDENTIAL_PLACEMENT)"],
        ),
        (
            builder().api("us-east-1").scope_in_query(true),
            vec!["`scope_in_query` (COGNITO_M2M_CLIENT_SCOPE_IN_QUERY): can't be combined"],
        ),
        (
            builder()
                .api("us-east-1")
                .form_parameter("resource", "https://m4rker.example"),
            vec!["`form_parameters` (COGNITO_M2M_CLIENT_FORM_PARAMETERS): can't be combined"],
        ),
    ] {
        let faults = build(builder).unwrap_err();
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(fault.starts_with(expected), "{fault} instead of {expected}");
            assert!(!fault.contains("m4rker"), "{fault}");
        }
    }
}

#[test]
fn settings_and_variables_configure_the_api() {
    let variables = [
        ("COGNITO_M2M_CLIENT_API_REGION", "us-east-1"),
        ("COGNITO_M2M_CLIENT_API_FALLBACK_REGION", "us-west-2"),
        ("COGNITO_M2M_CLIENT_API_FIPS", "true"),
    ];
    let settings = json!({
        "api_region": "us-east-1",
        "api_fallback_region": "us-west-2",
        "api_fips": true,
        "api_url": null,
    });
    for settings in [
        TokenClientSettings::from_variables(variables),
        serde_json::from_value(settings).unwrap(),
    ] {
        let shown = format!(
            "{:?}",
            build(TokenClient::builder().settings(settings)).unwrap()
        );
        assert!(
            shown.contains("https://cognito-idp-fips.us-east-1.amazonaws.com/"),
            "{shown}"
        );
        assert!(
            shown.contains("https://cognito-idp-fips.us-west-2.amazonaws.com/"),
            "{shown}"
        );
    }
    let variables = [
        ("COGNITO_M2M_CLIENT_API_URL", "https://one.example/"),
        (
            "COGNITO_M2M_CLIENT_API_FALLBACK_URL",
            "https://two.example/",
        ),
    ];
    let settings = TokenClientSettings::from_variables(variables);
    let shown = format!(
        "{:?}",
        build(TokenClient::builder().settings(settings)).unwrap()
    );
    assert!(shown.contains("https://one.example/"), "{shown}");
    assert!(shown.contains("https://two.example/"), "{shown}");
}

#[test]
fn passwords_in_urls_of_the_api_are_not_printed() {
    let builder = TokenClient::builder()
        .api_url("https://user:m4rker@one.example/")
        .api_fallback_url("https://user:m4rker@two.example/");
    let shown = format!("{builder:?}");
    assert!(!shown.contains("m4rker"), "{shown}");
    let faults = build(builder).unwrap_err();
    assert!(!faults.concat().contains("m4rker"), "{faults:?}");
}
