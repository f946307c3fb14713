//! What holds although a rule is only rehearsed: authentication, the settings, and users.

use actix_web::{App, Responder, get, web};
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::users::UserMappingError;
use cognito_m2m::{CognitoAuth, MappedUser, ServicePrincipal, allow_client_ids, require_scopes};
use cognito_m2m_tests::{Api, CapturedLog, serve, serve_routes};

use crate::rules::{enforced, rehearsed};
use crate::{Fixture, reported};

#[get("/principal")]
#[allow_client_ids("sync-worker", danger_report_only)]
async fn identity(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

#[get("/user")]
#[require_scopes("widgets/read", danger_report_only)]
async fn mapped(user: MappedUser<String>) -> impl Responder {
    user.to_string()
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(rehearsed::routes)
        .service(identity)
        .service(mapped);
}

#[actix_web::test]
async fn rehearsed_client_list_does_not_replace_the_default_allowlist() {
    let this = rehearsed_client_list_does_not_replace_the_default_allowlist;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let billing = ["billing"];
    let fixture =
        Fixture::with_settings(routes, |settings| settings.allowed_client_ids(billing)).await;
    // The default allowlist refuses clients that the rehearsed list admits.
    for path in ["/clients", "/principal", "/stack"] {
        let status = fixture.get(path, "sync-worker", "widgets/read").await;
        assert_eq!(status, 403, "{path}");
    }
    assert_eq!(fixture.get("/group", "analyst", "").await, 403);
    assert_eq!(reported(&log), [""; 0]);
    // A client of the default allowlist is served, and reported by each list that lacks it.
    for path in ["/clients", "/principal", "/stack", "/group"] {
        let status = fixture.get(path, "billing", "widgets/read").await;
        assert_eq!(status, 200, "{path}");
    }
    assert_eq!(reported(&log).len(), 4);

    let enforced = Fixture::with_settings(enforced::routes, |settings| {
        settings.allowed_client_ids(billing)
    })
    .await;
    for (client, status) in [("sync-worker", 200), ("billing", 403)] {
        assert_eq!(enforced.get("/clients", client, "").await, status);
    }
}

#[actix_web::test]
async fn token_for_another_api_is_refused_and_not_reported() {
    let Some(log) = CapturedLog::alone(token_for_another_api_is_refused_and_not_reported) else {
        return;
    };
    let fixture =
        Fixture::with_settings(routes, |settings| settings.resource_servers(["widgets"])).await;
    for scope in ["", "other/read"] {
        for path in ["/scope", "/clients", "/module/stack", "/actions"] {
            assert_eq!(
                fixture.get(path, "other", scope).await,
                403,
                "{path} {scope}"
            );
        }
    }
    assert_eq!(log.lines_with("reason=\"other_resource_server\"").len(), 8);
    assert_eq!(reported(&log), [""; 0]);
    assert_eq!(fixture.get("/scope", "other", "widgets/write").await, 200);
    assert_eq!(reported(&log).len(), 1);
}

#[actix_web::test]
async fn client_that_its_pool_does_not_admit_is_refused() {
    let Some(log) = CapturedLog::alone(client_that_its_pool_does_not_admit_is_refused) else {
        return;
    };
    let default = LocalCognito::start().expect("the local Cognito starts");
    let tenant = LocalCognito::builder().user_pool_id("eu-west-1_Tenant");
    let tenant = tenant.start().expect("the second local Cognito starts");
    let pool = tenant.pool_settings().allowed_client_ids(["sync-worker-2"]);
    let settings = default.settings().pool("tenant", pool);
    let settings = settings.client_group("reporting", ["analyst"]);
    let auth = CognitoAuth::new(settings).expect("the settings are valid");
    auth.prefetch().await.expect("the keys are fetched");
    let api = serve_routes(auth, rehearsed::routes);
    for (client, status, reports) in [("other", 403, 0), ("sync-worker-2", 200, 1)] {
        let token = tenant.token(client).sign();
        assert_eq!(api.get("/group", &token).await.status, status, "{client}");
        assert_eq!(reported(&log).len(), reports, "{client}");
    }
}

#[actix_web::test]
async fn unavailable_keys_are_answered_with_503() {
    let Some(log) = CapturedLog::alone(unavailable_keys_are_answered_with_503) else {
        return;
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let settings = cognito.settings().client_group("reporting", ["analyst"]);
    let auth = CognitoAuth::new(settings).expect("the settings are valid");
    let api = serve_routes(auth, rehearsed::routes);
    let token = cognito.token("other").sign();
    for path in ["/scope", "/clients", "/module"] {
        assert_eq!(api.get(path, &token).await.status, 503, "{path}");
    }
    assert_eq!(reported(&log), [""; 0]);
}

#[actix_web::test]
async fn invalid_token_is_refused_although_the_middleware_passes_it_on() {
    let this = invalid_token_is_refused_although_the_middleware_passes_it_on;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let fixture =
        Fixture::with_settings(routes, |settings| settings.fail_on_invalid_bearer(false)).await;
    let expired = fixture.default.token("other").expired().sign();
    for path in ["/scope", "/clients", "/stack", "/module"] {
        assert_eq!(fixture.api.get(path, &expired).await.status, 401, "{path}");
    }
    assert_eq!(reported(&log), [""; 0]);
}

#[actix_web::test]
async fn handler_that_requires_a_user_refuses_clients_without_one() {
    let Some(log) = CapturedLog::alone(handler_that_requires_a_user_refuses_clients_without_one)
    else {
        return;
    };
    async fn find(principal: ServicePrincipal) -> Result<Option<String>, UserMappingError> {
        let is_known = principal.client_id().as_str() == "known";
        Ok(is_known.then(|| "the user".to_owned()))
    }
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().user_mapping_enabled(true);
    let auth = CognitoAuth::builder()
        .settings(settings.client_group("reporting", ["analyst"]))
        .user_mapper(find)
        .build()
        .expect("the settings are valid");
    auth.prefetch().await.expect("the keys are fetched");
    let api = serve_routes(auth, routes);
    for (client, status) in [("known", 200), ("unknown", 403)] {
        let token = cognito.token(client).sign();
        assert_eq!(api.get("/user", &token).await.status, status, "{client}");
    }
    // The scope is lacking in both, and the user only in one of them.
    assert_eq!(reported(&log).len(), 2);
    assert_eq!(log.lines_with("reason=\"user_not_mapped\"").len(), 1);
}

#[actix_web::test]
async fn handler_without_the_middleware_is_answered_with_500() {
    let Some(log) = CapturedLog::alone(handler_without_the_middleware_is_answered_with_500) else {
        return;
    };
    let api = Api::at(serve!(|| App::new().configure(routes)));
    for path in ["/scope", "/clients", "/principal", "/module"] {
        assert_eq!(api.get_without_token(path).await.status, 500, "{path}");
    }
    assert_eq!(reported(&log), [""; 0]);
}
