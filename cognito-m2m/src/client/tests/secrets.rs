use super::*;

#[tokio::test]
async fn second_secret_is_tried_when_the_first_is_refused() {
    let setting = set_up_with(|builder| {
        builder
            .client_secret("withdrawn")
            .second_client_secret(SECRET)
    });
    setting.tokens.token("widgets/read").await.unwrap();
    assert_eq!(setting.cognito.token_requests(), 2);
    // From then on it comes first.
    setting.tokens.token("widgets/write").await.unwrap();
    assert_eq!(setting.cognito.token_requests(), 3);
}

#[tokio::test]
async fn rotation_under_way_is_followed() {
    let setting = set_up_with(|builder| builder.second_client_secret("next"));
    setting.tokens.token("widgets/read").await.unwrap();
    register(&setting.cognito, "next");
    setting.tokens.token("widgets/write").await.unwrap();
    register(&setting.cognito, SECRET);
    setting.tokens.fetch_token("widgets/write").await.unwrap();
    assert_eq!(setting.cognito.token_requests(), 5);
}

#[tokio::test]
async fn both_refused_is_invalid_client() {
    let setting = set_up_with(|builder| builder.client_secret("one").second_client_secret("two"));
    let error = setting.tokens.token("widgets/read").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_client");
    assert_eq!(setting.cognito.token_requests(), 2);
}

#[tokio::test]
async fn second_secret_is_not_tried_for_another_refusal() {
    let setting = set_up_with(|builder| builder.second_client_secret("two"));
    let error = setting.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_scope");
    assert_eq!(setting.cognito.token_requests(), 1);
}

#[tokio::test]
async fn scopes_that_were_dropped_are_noticed() {
    let setting = set_up();
    let order = setting.cognito.token("reporting").scopes(["widgets/read"]);
    let server = RawServer::start([Answer::token(&order.sign())]);
    let tokens = client_of(&server.url("/token")).build().unwrap();
    let token = tokens.token("widgets/read widgets/write").await.unwrap();
    assert_eq!(token.missing_scopes(), ["widgets/write"]);
    let whole = setting
        .tokens
        .token("widgets/read widgets/write")
        .await
        .unwrap();
    assert!(whole.missing_scopes().is_empty());
}
