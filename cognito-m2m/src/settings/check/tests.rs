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
fn all_faults_are_reported_together() {
    let settings = Settings::from_variables([
        ("COGNITO_M2M_ISSUER", "http://issuer.example/pool"),
        ("COGNITO_M2M_LEEWAY", "-1"),
        ("COGNITO_M2M_ALLOWED_CLIENT_IDS", "a,,b"),
        ("COGNITO_M2M_JWKS_TTL", "0"),
    ]);
    let text = faults(&settings).join("\n");
    for part in [
        "COGNITO_M2M_REGION): required",
        "COGNITO_M2M_USER_POOL_ID): required",
        "COGNITO_M2M_ISSUER): expected https",
        "COGNITO_M2M_LEEWAY): expected",
        "COGNITO_M2M_ALLOWED_CLIENT_IDS): entry 2: is empty",
        "COGNITO_M2M_JWKS_TTL): expected 1 s or more",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn region_and_pool_id_must_match() {
    assert_eq!(faults(&valid()), [""; 0]);
    let contradiction = faults(&valid().region("eu-west-1"));
    assert_eq!(contradiction.len(), 1);
    assert!(
        contradiction[0].starts_with("`region` (COGNITO_M2M_REGION): contradicts `user_pool_id`"),
        "{contradiction:?}"
    );
    assert!(faults(&valid().region("unknown"))[0].contains("expected an AWS Region"));
    assert!(
        faults(&Settings::default().region("us-east-1").user_pool_id("x"))[0]
            .contains("expected a user pool ID")
    );
    let pool = PoolSettings::default()
        .region("us-east-1")
        .user_pool_id("eu-west-1_b");
    assert!(faults(&valid().pool("t", pool))[0].starts_with("`pools.t.region`: contradicts"));
    // Even if neither is used.
    let overridden = valid()
        .region("eu-west-1")
        .issuer("https://i.example")
        .jwks_url("https://i.example/k");
    assert!(faults(&overridden)[0].contains("contradicts"));
    assert_eq!(
        faults(&overridden.region("us-east-1")),
        [""; 0],
        "the same Region"
    );
}

#[test]
fn the_region_is_not_required_if_the_pool_id_contains_it() {
    let settings = Settings::default().user_pool_id("eu-west-1_b");
    assert_eq!(faults(&settings), [""; 0]);
    let invalid = faults(&Settings::default().user_pool_id("b"));
    assert_eq!(invalid.len(), 1, "{invalid:?}");
    assert!(invalid[0].starts_with("`user_pool_id`"), "{invalid:?}");
    assert_eq!(
        faults(&Settings::default().issuer("https://i.example")).len(),
        2
    );
    let only_region = faults(&Settings::default().region("eu-west-1"));
    assert_eq!(only_region.len(), 1, "{only_region:?}");
    assert!(only_region[0].contains("COGNITO_M2M_USER_POOL_ID): required"));
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
        "https://i.example/a b",
        "https://i.example/a\nb",
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
    assert!(
        faults(&valid().client_group("g", ["unknown:a"]))[0].contains("entry 1: expected the pool")
    );
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
    assert!(faults(&valid().pool("a", pool.clone()).pool("b", pool))[0].contains("two pools"));
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
    for list in [serde_json::json!([]), serde_json::json!("")] {
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
fn surrounding_whitespace_is_a_fault_that_does_not_show_the_value() {
    type Change = fn(Settings, String) -> Settings;
    let changes: [(&str, &str, Change); 15] = [
        ("region", "us-east-1", |it, text| it.region(text)),
        ("user_pool_id", "us-east-1_b", |it, text| {
            it.user_pool_id(text)
        }),
        ("issuer", "https://i.example/p", |it, text| it.issuer(text)),
        ("jwks_url", "https://i.example/k", |it, text| {
            it.jwks_url(text)
        }),
        ("audience", "marker", |it, text| it.audience(text)),
        ("allowed_client_ids", "marker", |it, text| {
            it.allowed_client_ids([text])
        }),
        ("client_groups.g", "marker", |it, text| {
            it.client_group("g", [text])
        }),
        ("client_groups", "marker", |it, text| {
            it.client_group(text, ["a"])
        }),
        ("header_name", "X-Marker", |it, text| it.header_name(text)),
        ("header_prefix", "Marker", |it, text| it.header_prefix(text)),
        ("realm", "marker", |it, text| it.realm(text)),
        ("pools.t.user_pool_id", "eu-west-1_b", |it, text| {
            it.pool("t", PoolSettings::default().user_pool_id(text))
        }),
        ("pools.t.region", "eu-west-1", |it, text| {
            let pool = PoolSettings::default().user_pool_id("eu-west-1_b");
            it.pool("t", pool.region(text))
        }),
        ("pools.t.audience", "marker", |it, text| {
            let pool = PoolSettings::default().user_pool_id("eu-west-1_b");
            it.pool("t", pool.audience(text))
        }),
        ("pools.t.allowed_client_ids", "marker", |it, text| {
            let pool = PoolSettings::default().user_pool_id("eu-west-1_b");
            it.pool("t", pool.allowed_client_ids([text]))
        }),
    ];
    for (setting, value, change) in changes {
        for text in [
            format!("{value}\n"),
            format!("{value}\r\n"),
            format!(" {value}"),
            format!("\t{value}"),
        ] {
            let faults = faults(&change(valid(), text.clone()));
            assert_eq!(faults.len(), 1, "{setting}={text:?}: {faults:?}");
            assert!(
                faults[0].starts_with(&format!("`{setting}`")),
                "{text:?}: {faults:?}"
            );
            assert!(
                faults[0].contains("surrounding whitespace"),
                "{text:?}: {faults:?}"
            );
            assert!(!faults[0].contains(value), "{text:?}: {faults:?}");
        }
        assert_eq!(
            faults(&change(valid(), value.to_owned())),
            [""; 0],
            "{setting}"
        );
    }
}

#[test]
fn variables_with_surrounding_whitespace_are_faults() {
    for (variable, value) in [
        ("COGNITO_M2M_AUDIENCE", "api\n"),
        ("COGNITO_M2M_ALLOWED_CLIENT_IDS", "a,b\r\n"),
        ("COGNITO_M2M_ALLOWED_CLIENT_IDS", " a"),
        ("COGNITO_M2M_CLIENT_GROUPS", "g=a\n"),
        ("COGNITO_M2M_POOLS", "eu-west-1_b\n"),
        ("COGNITO_M2M_LEEWAY", "30 "),
        ("COGNITO_M2M_JWKS_MAX_KEYS", "10\n"),
        ("COGNITO_M2M_ACCEPT_USER_TOKENS", "true\n"),
        ("COGNITO_M2M_DEFAULT_SCOPE_MATCH", "any\n"),
    ] {
        let settings = Settings::from_variables([
            ("COGNITO_M2M_USER_POOL_ID", "us-east-1_AbCdEfGhI"),
            (variable, value),
        ]);
        let faults = faults(&settings);
        assert_eq!(faults.len(), 1, "{variable}: {faults:?}");
        assert!(faults[0].contains(variable), "{faults:?}");
        assert!(faults[0].contains("line break or a blank"), "{faults:?}");
    }
}

#[test]
fn spelling_of_the_header_in_django_is_a_fault_that_names_the_header() {
    for (text, meant) in [
        ("HTTP_AUTHORIZATION", "`Authorization`"),
        ("http_authorization", "`Authorization`"),
        ("Http_Authorization", "`Authorization`"),
        ("HTTP_X_SERVICE_TOKEN", "`X-Service-Token`"),
        ("X_Service_Authorization", "`X-Service-Authorization`"),
        ("REDIRECT_HTTP_AUTHORIZATION", "`Authorization`"),
        ("X-Service_Token", "hyphens instead of underscores"),
        ("HTTP_", "hyphens instead of underscores"),
    ] {
        let faults = faults(&valid().header_name(text));
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        assert!(faults[0].starts_with("`header_name`"), "{text}: {faults:?}");
        assert!(faults[0].contains(meant), "{text}: {faults:?}");
    }
    for text in ["AUTHORIZATION", "authorization", "X-Service-Authorization"] {
        assert_eq!(faults(&valid().header_name(text)), [""; 0], "{text}");
    }
}
