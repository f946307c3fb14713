//! The requests that cause a lookup of the user, and those that do not.

use cognito_m2m::ServicePrincipal;
use cognito_m2m::users::UserMappingError;

use super::directory::{Directory, DirectoryApi, LegacyUser, routes};
use super::fixture::UserApi;

#[actix_web::test]
async fn user_is_looked_up_once_per_request_and_only_for_a_handler_that_extracts_it() {
    let api = DirectoryApi::start().await;
    assert_eq!(api.get("/principal", "pending").await.status, 200);
    assert_eq!(api.lookups(), 0);
    assert_eq!(api.get("/same-user", "pending").await.body, "the same");
    assert_eq!(api.lookups(), 1);
    assert_eq!(api.get("/same-user", "pending").await.status, 200);
    assert_eq!(api.lookups(), 2);
}

#[actix_web::test]
async fn refused_request_causes_no_lookup() {
    let api = DirectoryApi::with_settings(|settings| {
        settings
            .user_mapping_enabled(true)
            .allowed_client_ids(["sync"])
    })
    .await;
    assert_eq!(api.get("/scoped", "sync").await.status, 403);
    for path in ["/user", "/mapped"] {
        let answer = api.get(path, "reporting").await;
        assert_eq!(answer.detail(), "Client is not allowed.");
        let answer = api.users.api.get_without_token(path).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.detail(),
            "Authentication credentials were not provided."
        );
    }
    assert_eq!(api.lookups(), 0);
    assert_eq!(api.get("/mapped", "sync").await.status, 200);
}

#[actix_web::test]
async fn async_function_can_be_the_mapper() {
    async fn find(principal: ServicePrincipal) -> Result<Option<LegacyUser>, UserMappingError> {
        Directory::find_user(principal.client_id().as_str()).await
    }
    let users = UserApi::start(find, routes, |settings| settings.user_mapping_enabled(true)).await;
    assert_eq!(users.get("/mapped", "reporting").await.body, "reporting");
}
