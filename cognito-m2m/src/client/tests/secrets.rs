use super::*;

#[tokio::test]
async fn second_secret_is_tried_when_the_first_is_refused() {
    let fixture = set_up_with(|builder| {
        builder
            .client_secret("withdrawn")
            .second_client_secret(SECRET)
    });
    fixture.tokens.token("widgets/read").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 2);
    // It is tried first afterwards.
    fixture.tokens.token("widgets/write").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 3);
}

#[tokio::test]
async fn rotation_in_both_directions_is_followed() {
    let fixture = set_up_with(|builder| builder.second_client_secret("next"));
    fixture.tokens.token("widgets/read").await.unwrap();
    register(&fixture.cognito, "next");
    fixture.tokens.token("widgets/write").await.unwrap();
    register(&fixture.cognito, SECRET);
    fixture.tokens.fetch_token("widgets/write").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 5);
}

#[tokio::test]
async fn refusal_of_both_secrets_is_invalid_client() {
    let fixture = set_up_with(|builder| builder.client_secret("one").second_client_secret("two"));
    let error = fixture.tokens.token("widgets/read").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_client");
    assert_eq!(fixture.cognito.token_requests(), 2);
}

#[tokio::test]
async fn second_secret_is_not_tried_after_another_refusal() {
    let fixture = set_up_with(|builder| builder.second_client_secret("two"));
    let error = fixture.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_scope");
    assert_eq!(fixture.cognito.token_requests(), 1);
}
