//! The modes: mapping off, mapping on, and proxies for clients without a user.

use cognito_m2m_tests::CapturedLog;

use super::directory::DirectoryApi;

#[actix_web::test]
async fn without_mapping_every_client_is_anonymous_and_no_user_is_looked_up() {
    let api = DirectoryApi::with_settings(|settings| settings).await;
    let answer = api.get("/user", "reporting").await;
    assert_eq!(answer.body, "anonymous, principal reporting");
    let answer = api.get("/mapped", "reporting").await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (403, "Client is not mapped to a user.")
    );
    assert_eq!(api.lookups(), 0);
}

#[actix_web::test]
async fn with_mapping_a_client_without_a_user_is_anonymous() {
    let api = DirectoryApi::start().await;
    for (client_id, body) in [
        ("reporting", "mapped reporting, principal reporting"),
        ("unknown", "anonymous, principal unknown"),
    ] {
        assert_eq!(api.get("/user", client_id).await.body, body);
    }
    assert_eq!(api.get("/mapped", "reporting").await.body, "reporting");
    let answer = api.get("/mapped", "unknown").await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (403, "Client is not mapped to a user.")
    );
    assert_eq!(answer.challenge, None);
}

#[actix_web::test]
async fn with_proxies_a_client_without_a_user_is_a_proxy() {
    let api = DirectoryApi::with_settings(|settings| settings.return_user_proxy(true)).await;
    let answer = api.get("/user", "reporting").await;
    assert_eq!(answer.body, "proxy reporting, principal reporting");
    assert_eq!(api.get("/mapped", "reporting").await.status, 403);

    let api = DirectoryApi::with_settings(|settings| {
        settings.return_user_proxy(true).user_mapping_enabled(true)
    })
    .await;
    for (client_id, body) in [
        ("reporting", "mapped reporting, principal reporting"),
        ("unknown", "proxy unknown, principal unknown"),
    ] {
        assert_eq!(api.get("/user", client_id).await.body, body);
    }
}

#[test]
fn client_with_an_inactive_user_is_refused_in_every_mode_that_maps_users() {
    let Some(log) =
        CapturedLog::alone(client_with_an_inactive_user_is_refused_in_every_mode_that_maps_users)
    else {
        return;
    };
    actix_web::rt::System::new().block_on(async {
        for has_proxies in [false, true] {
            let api = DirectoryApi::with_settings(|settings| {
                settings
                    .user_mapping_enabled(true)
                    .return_user_proxy(has_proxies)
            })
            .await;
            for path in ["/user", "/mapped", "/same-user"] {
                let answer = api.get(path, "inactive").await;
                assert_eq!(
                    (answer.status, answer.detail().as_str()),
                    (403, "Client is not mapped to a user."),
                    "{path}, proxies: {has_proxies}"
                );
                assert_eq!(answer.challenge, None);
            }
            // This handler takes no user.
            assert_eq!(api.get("/principal", "inactive").await.status, 200);
            // An optional extractor is empty. It is never a proxy or anonymous.
            let answer = api.get("/optional-user", "inactive").await;
            assert_eq!(answer.body, "no user");
        }
    });
    let refusals = log.lines_with("request refused");
    assert!(refusals.len() >= 6, "{refusals:?}");
    for line in refusals {
        assert!(line.contains("\"user_not_mapped\""), "{line}");
        assert!(line.contains("inactive"), "{line}");
    }
}
