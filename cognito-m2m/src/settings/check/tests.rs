use crate::settings::pool::PoolSettings;
use crate::settings::table::Settings;

fn valid() -> Settings {
    Settings::default()
        .region("us-east-1")
        .user_pool_id("us-east-1_AbCdEfGhI")
}

fn faults(settings: &Settings) -> Vec<String> {
    let error = settings.check(false, Vec::new()).err();
    error
        .map(|error| error.faults().iter().map(ToString::to_string).collect())
        .unwrap_or_default()
}

#[test]
fn issuer_and_jwks_url_are_derived_from_region_and_pool_id() {
    let checked = valid()
        .check(false, Vec::new())
        .unwrap_or_else(|error| panic!("{error}"));
    let [pool] = checked.pools.as_slice() else {
        panic!("exactly one pool is configured")
    };
    assert_eq!(
        &*pool.issuer,
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI"
    );
    assert_eq!(
        pool.jwks_url.as_str(),
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI/.well-known/jwks.json"
    );
}

#[test]
fn a_configured_issuer_is_not_normalized() {
    let settings = Settings::default()
        .issuer("http://127.0.0.1:9229/p")
        .jwks_url("http://localhost:9229/k");
    let checked = settings
        .check(false, Vec::new())
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(&*checked.pools[0].issuer, "http://127.0.0.1:9229/p");
}

#[test]
fn all_faults_are_reported_together() {
    let settings = Settings::from_variables([
        ("COGNITO_M2M_USER_POOL_ID", "us-east-1_AbCdEfGhI"),
        ("COGNITO_M2M_ISSUER", "http://issuer.example/pool"),
        ("COGNITO_M2M_LEEWAY", "-1"),
        ("COGNITO_M2M_ALLOWED_CLIENT_IDS", "a,,b"),
        ("COGNITO_M2M_JWKS_TTL", "0"),
    ]);
    let text = faults(&settings).join("\n");
    for part in [
        "COGNITO_M2M_REGION): required",
        "COGNITO_M2M_ISSUER): expected https",
        "COGNITO_M2M_LEEWAY): expected",
        "COGNITO_M2M_ALLOWED_CLIENT_IDS): \"\" is not a client ID",
        "COGNITO_M2M_JWKS_TTL): expected 1 s or more",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn region_and_pool_id_must_match() {
    assert_eq!(faults(&valid()), [""; 0]);
    assert!(faults(&valid().region("eu-west-1"))[0].contains("in the Region eu-west-1"));
    assert!(faults(&valid().region("unknown"))[0].contains("expected an AWS Region"));
    assert!(
        faults(&Settings::default().region("us-east-1").user_pool_id("x"))[0]
            .contains("expected a user pool ID")
    );
    assert_eq!(
        faults(&Settings::default().issuer("https://i.example")).len(),
        2
    );
}

#[test]
fn http_is_allowed_for_loopback_addresses_only() {
    let with = |url: &str| Settings::default().issuer(url).jwks_url(url);
    for url in [
        "http://127.0.0.1:1/p",
        "http://[::1]/p",
        "http://localhost/p",
        "http://127.8.8.8/p",
        "https://i.example/p",
    ] {
        assert_eq!(faults(&with(url)), [""; 0], "{url}");
    }
    for url in [
        "http://i.example/p",
        "http://localhost.example/p",
        "http://10.0.0.1/p",
        "ftp://127.0.0.1/p",
        "no-url",
        "https://u:p@i.example/",
        "https://i.example/#f",
    ] {
        assert_eq!(faults(&with(url)).len(), 2, "{url}");
    }
    assert_eq!(
        faults(&with("http://i.example/p").danger_allow_http(true)),
        [""; 0]
    );
}

#[test]
fn empty_lists_and_unknown_pools_are_faults() {
    assert!(faults(&valid().allowed_client_ids([""; 0]))[0].contains("is empty"));
    assert!(faults(&valid().client_group("g", [""; 0]))[0].contains("client_groups.g"));
    assert!(faults(&valid().client_group("g", ["unknown:a"]))[0].contains("found \"unknown\""));
    let pool = PoolSettings::default().user_pool_id("eu-west-1_b");
    assert_eq!(
        faults(
            &valid()
                .pool("t", pool.clone())
                .allowed_client_ids(["t:a", "b"])
        ),
        [""; 0]
    );
    assert!(
        faults(&valid().pool("t", pool.clone().allowed_client_ids([""; 0])))[0]
            .contains("pools.t.allowed_client_ids")
    );
    assert!(faults(&valid().pool("default", pool.clone()))[0].contains("other than `default`"));
    assert!(faults(&valid().pool("a", pool.clone()).pool("b", pool))[0].contains("twice"));
}

#[test]
fn a_custom_validator_requires_no_pool() {
    assert!(Settings::default().check(true, Vec::new()).is_ok());
}

#[test]
fn an_additional_pool_inherits_the_audience() {
    let settings = valid()
        .audience("api")
        .pool("t", PoolSettings::default().user_pool_id("eu-west-1_b"));
    let checked = settings
        .check(false, Vec::new())
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(
        checked
            .pools
            .iter()
            .all(|pool| pool.audience.as_ref().is_some_and(|rule| rule.required))
    );
}

#[test]
fn an_empty_allowlist_is_a_fault_in_every_notation() {
    for list in [
        serde_json::json!(null),
        serde_json::json!([]),
        serde_json::json!(""),
    ] {
        let settings = serde_json::json!({
            "region": "us-east-1",
            "user_pool_id": "us-east-1_AbCdEfGhI",
            "allowed_client_ids": list,
        });
        let settings = serde_json::from_value(settings).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            faults(&settings)[0].contains("allowed_client_ids"),
            "{list}"
        );
    }
}

#[test]
fn surrounding_whitespace_is_a_fault() {
    assert!(faults(&valid().audience("api\n"))[0].contains("no surrounding whitespace"));
    let issuer = Settings::default()
        .issuer("https://i.example/p\n")
        .jwks_url("https://i.example/k");
    assert!(faults(&issuer)[0].contains("no surrounding whitespace"));
}
