//! Lookups that fail or take too long, and programs that are misconfigured.

use std::time::{Duration, Instant};

use actix_web::App;
use cognito_m2m_tests::{Api, serve};

use super::directory::{DirectoryApi, routes};

#[actix_web::test]
async fn rule_4_2_failed_lookup_refuses_the_request() {
    let api = DirectoryApi::start().await;
    for (client_id, status) in [("unreachable", 503), ("ambiguous", 500), ("failing", 500)] {
        for path in ["/user", "/mapped"] {
            let answer = api.get(path, client_id).await;
            assert_eq!(answer.status, status, "{client_id} at {path}");
            let retry_after = (status == 503).then(|| "1".to_owned());
            assert_eq!(answer.retry_after, retry_after);
            assert_eq!(answer.challenge, None);
            assert!(!answer.body.contains("secret"), "{}", answer.body);
        }
    }
}

#[actix_web::test]
async fn rule_4_2_slow_lookup_ends_at_its_timeout() {
    let api = DirectoryApi::with_settings(|settings| {
        settings
            .user_mapping_enabled(true)
            .mapping_timeout(Duration::from_millis(100))
    })
    .await;
    let token = api.users.token("slow");
    let started_at = Instant::now();
    let answer = api.users.api.get("/mapped", &token).await;
    assert_eq!(answer.status, 503);
    assert!(started_at.elapsed() < Duration::from_secs(30));
}

#[actix_web::test]
async fn handler_with_another_user_type_than_the_mapper_responds_with_500() {
    let api = DirectoryApi::start().await;
    assert_eq!(api.get("/other-type", "reporting").await.status, 500);
    assert_eq!(api.lookups(), 0);
}

#[actix_web::test]
async fn handler_without_the_middleware_responds_with_500() {
    let api = Api::at(serve!(|| App::new().configure(routes)));
    for path in ["/user", "/mapped"] {
        assert_eq!(api.get(path, "a.b.c").await.status, 500);
    }
}
