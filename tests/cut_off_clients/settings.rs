//! Pools, custom validators, and lists of unusual size.

use cognito_m2m::BoxFuture;
use cognito_m2m::cutoff::{Cutoff, CutoffStore};
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::token::{BearerToken, Claims};
use cognito_m2m::validator::{TokenError, TokenValidator};
use cognito_m2m_tests::CapturedLog;
use serde_json::json;

use super::Fixture;

#[actix_web::test]
async fn cutoff_of_a_pool_applies_to_its_own_client_only() {
    let tenant = LocalCognito::start().expect("the local Cognito starts");
    let pool = PoolSettings::default()
        .issuer(tenant.issuer())
        .jwks_url(tenant.jwks_url());
    let fixture = Fixture::start_with(
        |_| {},
        |builder, settings| {
            let settings = settings.pool("tenant", pool).user_mapping_enabled(false);
            builder.settings(settings)
        },
    )
    .await;
    fixture.auth.prefetch().await.expect("the keys are fetched");
    let own = fixture.token("reporting");
    let foreign = tenant.token("reporting").sign();
    fixture.cut_off("tenant:reporting", 3_000).await;
    assert_eq!(fixture.refusal_reason(&own).await, None);
    assert_eq!(fixture.refusal_reason(&foreign).await, Some("cut_off"));
    fixture.lift("tenant:reporting").await;
    fixture.cut_off("default:reporting", 3_000).await;
    assert_eq!(fixture.refusal_reason(&own).await, Some("cut_off"));
    assert_eq!(fixture.refusal_reason(&foreign).await, None);
}

#[test]
fn cutoff_of_an_unknown_pool_is_warned_about_once() {
    let Some(log) = CapturedLog::alone(cutoff_of_an_unknown_pool_is_warned_about_once) else {
        return;
    };
    actix_web::rt::System::new().block_on(async {
        let fixture = Fixture::start().await;
        fixture.cut_off("reporting", 3_000).await;
        assert_eq!(log.lines_with("a cut-off names a pool").len(), 0);
        fixture.cut_off("tenat:reporting", 3_000).await;
        fixture.refresh().await;
        let warnings = log.lines_with("a cut-off names a pool");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("pool=\"tenat\""), "{warnings:?}");
    });
}

/// Accepts every token, and returns claims without `iat`.
struct WithoutIssueTime;

impl TokenValidator for WithoutIssueTime {
    fn validate<'a>(&'a self, _: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        Box::pin(async {
            let claims = Claims::from_value(json!({ "client_id": "reporting" }));
            Ok(claims.expect("the claims are an object"))
        })
    }
}

#[actix_web::test]
async fn token_of_a_custom_validator_without_an_issue_time_counts_as_older() {
    let fixture =
        Fixture::start_with(|_| {}, |builder, _| builder.validator(WithoutIssueTime)).await;
    assert_eq!(fixture.refusal_reason("a.b.c").await, None);
    fixture.cut_off("reporting", -3_000).await;
    assert_eq!(fixture.refusal_reason("a.b.c").await, Some("cut_off"));
    fixture.lift("reporting").await;
    assert_eq!(fixture.refusal_reason("a.b.c").await, None);
}

#[test]
fn more_than_10_000_cutoffs_are_warned_about_once() {
    let Some(log) = CapturedLog::alone(more_than_10_000_cutoffs_are_warned_about_once) else {
        return;
    };
    actix_web::rt::System::new().block_on(async {
        let fixture = Fixture::start().await;
        for number in 0..=10_000 {
            let client_id = format!("client-{number}");
            let cutoff = Cutoff::new(client_id, fixture.in_seconds(3_000));
            let cutoff = cutoff.expect("a client ID");
            fixture.store.set(cutoff).await.expect("the store is there");
            if number == 9_999 {
                fixture.refresh().await;
                assert_eq!(log.lines_with("more than 10000").len(), 0);
            }
        }
        fixture.refresh().await;
        fixture.cut_off("another", 3_000).await;
        assert_eq!(log.lines_with("more than 10000").len(), 1);
        let token = fixture.token("client-10000");
        assert_eq!(fixture.refusal_reason(&token).await, Some("cut_off"));
    });
}

#[actix_web::test]
async fn cutoff_takes_effect_within_the_refresh_interval() {
    let fixture = Fixture::start().await;
    let token = fixture.token("reporting");
    let cutoff = Cutoff::new("reporting", fixture.in_seconds(3_000)).expect("a client ID");
    let reads = fixture.store.reads();
    fixture.store.set(cutoff).await.expect("the store is there");
    fixture.refresh().await;
    assert_eq!(fixture.store.reads(), reads + 1, "one read is enough");
    assert_eq!(fixture.refusal_reason(&token).await, Some("cut_off"));
}
