//! Clients of several user pools.

use cognito_m2m::testing::LocalCognito;
use cognito_m2m::users::UserMapper;

use super::directory::{Directory, routes};
use super::fixture::UserApi;

#[actix_web::test]
async fn client_of_another_pool_is_not_mapped_to_a_user_of_the_same_client_id() {
    let [default, tenant] = ["us-east-1_Default", "us-east-1_Tenant"].map(|id| {
        LocalCognito::builder()
            .user_pool_id(id)
            .start()
            .expect("the local Cognito starts")
    });
    let settings = default
        .settings()
        .pool("tenant", tenant.pool_settings())
        .user_mapping_enabled(true)
        .return_user_proxy(true);
    let mapper = Directory::default().serving(["default"]);
    let users = UserApi::with_pool(default, settings, mapper, routes).await;

    let answer = users.get("/user", "reporting").await;
    assert_eq!(answer.body, "mapped reporting, principal reporting");
    let token = tenant.token("reporting").sign();
    let answer = users.api.get("/user", &token).await;
    assert_eq!(answer.body, "proxy tenant:reporting, principal reporting");
}
