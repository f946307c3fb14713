//! A group that no setting defines stops the start. A binary of its own: the handler below would
//! stop every other test's start too.

use actix_web::{App, Responder, get};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, allow_client_ids};
use cognito_m2m_tests::{Api, serve};

#[get("/reports")]
#[allow_client_ids("billing", group = "reporting")]
async fn reports() -> impl Responder {
    "ok"
}

#[test]
fn the_fault_names_group_handler_file_and_line() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let error = CognitoAuth::new(cognito.settings()).expect_err("no group is defined");
    let message = error.to_string();
    for part in [
        "client_groups.reporting",
        "undefined_group::reports",
        "undefined_group.rs:10",
        "allow_undefined_groups()",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[actix_web::test]
async fn a_defined_group_admits_its_clients_beside_those_named() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let settings = cognito.settings().client_group("reporting", ["analyst"]);
    let auth = CognitoAuth::new(settings).expect("the group is defined");
    auth.prefetch().await.expect("keys");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .service(reports)));
    for (client, status) in [("analyst", 200), ("billing", 200), ("other", 403)] {
        assert_eq!(
            api.get("/reports", &cognito.token(client).sign())
                .await
                .status,
            status,
            "{client}"
        );
    }
}

#[actix_web::test]
async fn where_undefined_groups_are_allowed_their_handlers_refuse() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::builder()
        .settings(cognito.settings())
        .allow_undefined_groups()
        .build();
    let auth = auth.expect("allowed");
    auth.prefetch().await.expect("keys");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .service(reports)));
    assert_eq!(
        api.get("/reports", &cognito.token("analyst").sign())
            .await
            .status,
        403
    );
    assert_eq!(
        api.get("/reports", &cognito.token("billing").sign())
            .await
            .status,
        200
    );
}
