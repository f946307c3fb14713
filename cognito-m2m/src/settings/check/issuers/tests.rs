use crate::issuer_type::IssuerType;
use crate::settings::CheckedPool;
use crate::settings::pool::PoolSettings;
use crate::settings::table::Settings;

const JWKS: &str = ".well-known/jwks.json";

fn check(settings: &Settings) -> Result<Vec<CheckedPool>, Vec<String>> {
    match settings.check(false, Vec::new()) {
        Ok(checked) => Ok(checked.pools),
        Err(error) => Err(error.faults().iter().map(ToString::to_string).collect()),
    }
}

/// Returns each issuer of the only pool, with the name and the URL of its source.
fn issuers(settings: &Settings) -> Vec<(String, String, String)> {
    let pools = check(settings).expect("valid settings");
    let [pool] = pools.as_slice() else {
        panic!("expected one pool");
    };
    let issuers = pool.issuers.iter().map(|issuer| {
        let source = &pool.sources[issuer.source];
        let text = issuer.text.to_string();
        (text, source.name.to_string(), source.jwks_url.to_string())
    });
    issuers.collect()
}

fn fault(settings: &Settings) -> String {
    let faults = check(settings).err().expect("invalid settings");
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.concat()
}

fn pool(id: &str) -> Settings {
    Settings::default().user_pool_id(id)
}

#[test]
fn pool_has_both_issuers_in_every_partition() {
    for (region, domain) in [
        ("us-east-1", "amazonaws.com"),
        ("ap-southeast-4", "amazonaws.com"),
        ("us-gov-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("cn-northwest-1", "amazonaws.com.cn"),
        ("us-iso-east-1", "c2s.ic.gov"),
        ("us-isob-east-1", "sc2s.sgov.gov"),
        ("us-isof-south-1", "csp.hci.ic.gov"),
        ("eu-isoe-west-1", "cloud.adc-e.uk"),
        ("eusc-de-east-1", "amazonaws.eu"),
    ] {
        let original = format!("https://cognito-idp.{region}.{domain}/{region}_Ab1");
        let updated = format!("https://issuer-cognito-idp.{region}.{domain}/{region}_Ab1");
        let expected = [
            (
                original.clone(),
                "original".into(),
                format!("{original}/{JWKS}"),
            ),
            (
                updated.clone(),
                "updated".into(),
                format!("{updated}/{JWKS}"),
            ),
        ];
        let id = format!("{region}_Ab1");
        assert_eq!(issuers(&pool(&id)), expected);
        let original_only = pool(&id).issuer_types([IssuerType::Original]);
        assert_eq!(issuers(&original_only), expected[..1]);
        let updated_only = pool(&id).issuer_types([IssuerType::Updated]);
        assert_eq!(issuers(&updated_only), expected[1..]);
    }
}

#[test]
fn only_the_host_of_the_updated_issuer_may_answer_403() {
    let settings = pool("us-east-1_a").replica_regions(["eu-west-1"]);
    let pools = check(&settings).expect("valid settings");
    let sources = pools[0].sources.iter();
    let is_updated: Vec<_> = sources
        .map(|it| (&*it.name, it.is_updated_issuer))
        .collect();
    let expected = [
        ("original", false),
        ("updated", true),
        ("replica eu-west-1", false),
    ];
    assert_eq!(is_updated, expected);
}

#[test]
fn replicas_have_original_issuers() {
    let settings = pool("us-east-1_a").replica_regions(["eu-west-1", "ap-south-1", "eu-west-1"]);
    let names: Vec<_> = issuers(&settings).into_iter().map(|it| it.1).collect();
    let expected = [
        "original",
        "updated",
        "replica eu-west-1",
        "replica ap-south-1",
    ];
    assert_eq!(names, expected);
    let replica = "https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_a";
    assert_eq!(issuers(&settings)[2].0, replica);
    assert_eq!(issuers(&settings)[2].2, format!("{replica}/{JWKS}"));
}

#[test]
fn invalid_replica_regions_are_faults() {
    for (regions, problem) in [
        (&[][..], "is empty"),
        (&["us-east-1"], "entry 1: expected the Region of a replica"),
        (
            &["eu-west-1", "cn-north-1"],
            "entry 2: expected a Region in the AWS partition",
        ),
        (
            &["us-gov-west-1"],
            "entry 1: expected a Region in the AWS partition",
        ),
        (&["nowhere"], "entry 1: expected an AWS Region"),
        (&["eu-west-1 "], "entry 1: expected an AWS Region"),
        (&["EU-WEST-1"], "entry 1: expected an AWS Region"),
        (&[""], "entry 1: expected an AWS Region"),
    ] {
        let settings = pool("us-east-1_a").replica_regions(regions.iter().copied());
        let fault = fault(&settings);
        let expected = format!("`replica_regions` (COGNITO_M2M_REPLICA_REGIONS): {problem}");
        assert!(fault.starts_with(&expected), "{fault}");
    }
}

#[test]
fn given_jwks_url_is_the_only_source_of_all_issuers() {
    let settings = pool("us-east-1_a")
        .replica_regions(["eu-west-1"])
        .jwks_url("https://mirror.example/keys");
    let issuers = issuers(&settings);
    assert_eq!(issuers.len(), 3);
    for (_, name, url) in issuers {
        assert_eq!(
            (name.as_str(), url.as_str()),
            ("jwks_url", "https://mirror.example/keys")
        );
    }
}

#[test]
fn given_issuer_is_the_only_issuer() {
    let given = pool("us-east-1_a").issuer("https://issuer.example/p");
    let url = format!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a/{JWKS}");
    let expected = [("https://issuer.example/p".into(), "original".into(), url)];
    assert_eq!(issuers(&given), expected);
    let with_replica = given.clone().replica_regions(["eu-west-1"]);
    assert!(fault(&with_replica).contains("can't be combined with `issuer`"));
    let with_types = given.clone().issuer_types([IssuerType::Updated]);
    assert!(fault(&with_types).contains("can't be combined with `issuer`"));
    // The setting is for the additional pool then.
    let tenant = PoolSettings::default().user_pool_id("eu-west-1_b");
    assert!(check(&with_types.pool("tenant", tenant)).is_ok());
}

#[test]
fn given_issuer_is_not_normalized() {
    let settings = Settings::default()
        .issuer("http://127.0.0.1:9229/p")
        .jwks_url("http://localhost:9229/k");
    assert_eq!(issuers(&settings)[0].0, "http://127.0.0.1:9229/p");
}

#[test]
fn additional_pool_has_its_own_issuers() {
    let tenant = PoolSettings::default()
        .user_pool_id("eu-west-1_b")
        .issuer_types([IssuerType::Original])
        .replica_regions(["us-east-1"]);
    let other = PoolSettings::default().user_pool_id("eu-west-1_c");
    let settings = pool("us-east-1_a")
        .issuer_types([IssuerType::Updated])
        .pool("tenant", tenant)
        .pool("other", other);
    let pools = check(&settings).expect("valid settings");
    let issuers: Vec<Vec<&str>> = pools
        .iter()
        .map(|pool| pool.issuers.iter().map(|it| &*it.text).collect())
        .collect();
    let expected = [
        &["https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_a"][..],
        &["https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_c"],
        &[
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_b",
            "https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_b",
        ],
    ];
    assert_eq!(issuers, expected);
}

#[test]
fn pools_can_not_share_any_issuer() {
    let updated = "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_a";
    let same = PoolSettings::default()
        .issuer(updated)
        .jwks_url("https://keys.example/k");
    let settings = pool("us-east-1_a").pool("same", same);
    assert!(fault(&settings).starts_with("`pools`"));
}

#[test]
fn one_user_pool_can_not_have_two_names() {
    let updated = "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_a";
    let keys = "https://keys.example/k";
    let by_id = PoolSettings::default()
        .user_pool_id("us-east-1_a")
        .issuer_types([IssuerType::Updated]);
    let by_issuer = PoolSettings::default().issuer(updated).jwks_url(keys);
    for same in [by_id, by_issuer] {
        let original = pool("us-east-1_a").issuer_types([IssuerType::Original]);
        let fault = fault(&original.pool("same", same));
        assert!(fault.starts_with("`pools`"), "{fault}");
        assert!(fault.contains("the same user pool"), "{fault}");
    }
    // Substitutes for Cognito may use one ID several times.
    let local = |port: u16| {
        PoolSettings::default()
            .user_pool_id("us-east-1_a")
            .issuer(format!("http://127.0.0.1:{port}/us-east-1_a"))
            .jwks_url(format!("http://127.0.0.1:{port}/keys"))
    };
    let settings = pool("us-east-1_b")
        .pool("one", local(1))
        .pool("two", local(2));
    assert!(check(&settings).is_ok());
}

#[test]
fn issuer_types_are_read_from_text_and_lists() {
    let from_env = |text: &str| {
        Settings::from_variables([
            ("COGNITO_M2M_USER_POOL_ID", "us-east-1_a"),
            ("COGNITO_M2M_ISSUER_TYPES", text),
        ])
    };
    for (text, count) in [
        ("original", 1),
        ("updated", 1),
        ("original, updated", 2),
        ("updated,updated", 1),
    ] {
        assert_eq!(issuers(&from_env(text)).len(), count, "{text}");
    }
    for text in ["ORIGINAL", "both", "original,", "original;updated"] {
        assert!(
            fault(&from_env(text)).contains("expected `original` or `updated`"),
            "{text}"
        );
    }
    let from_json = |types| {
        let settings = serde_json::json!({"user_pool_id": "us-east-1_a", "issuer_types": types});
        serde_json::from_value::<Settings>(settings).expect("a map of settings")
    };
    assert_eq!(issuers(&from_json(serde_json::json!(["updated"]))).len(), 1);
    assert_eq!(issuers(&from_json(serde_json::json!(null))).len(), 2);
    assert!(fault(&from_json(serde_json::json!([]))).contains("is empty"));
    assert!(fault(&from_json(serde_json::json!(1))).contains("expected a list"));
}
