//! Attributes of other crates leave the guard in place, and the guard leaves them working.

use std::collections::HashSet;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, StatusCode};
use actix_web::{App, Error, test, web};
use actix_web_grants::GrantsMiddleware;
use cognito_m2m_generators_support::{SCOPE, assert_guarded, auth, send};
use cognito_m2m_with_others::*;

/// Returns an app with one handler at `/{id}`.
macro_rules! app {
    ($handler:expr) => {{
        let store: web::Data<dyn Store> = web::Data::from(Arc::new(OneWidget) as Arc<dyn Store>);
        let app = App::new().app_data(store).wrap(auth());
        test::init_service(app.route("/{id}", web::get().to($handler))).await
    }};
}

macro_rules! guarded {
    ($($test:ident: $handler:expr;)*) => {$(
        #[actix_web::test]
        async fn $test() {
            assert_guarded(&app!($handler), Method::GET, "/1").await;
        }
    )*};
}

guarded! {
    cached_with_a_key_is_guarded: cached_with_key;
    once_is_guarded: once_below;
    once_with_sixteen_arguments_in_a_guarded_module_is_guarded: caches::once_with_sixteen;
    cached_in_a_guarded_module_is_guarded: caches::cached_in_module;

    async_recursion_above_is_guarded: recursion_above;
    async_recursion_below_is_guarded: recursion_below;
    instrument_above_is_guarded: instrument_above;
    instrument_below_is_guarded: instrument_below;
    conditional_attribute_guards: conditional;
    function_that_returns_a_future_is_guarded: future;
    function_that_returns_a_boxed_future_is_guarded: boxed;
    handler_that_calls_an_async_trait_is_guarded: stored;
}

/// A cached response never replaces the guard: it is asked for each request, before the cache.
#[actix_web::test]
async fn cached_response_is_for_those_who_pass_the_guard() {
    let app = App::new()
        .wrap(auth())
        .service(cached_below)
        .service(cached_and_instrumented);
    let app = test::init_service(app).await;
    for path in ["/cached", "/cached_twice"] {
        let (status, first) = send(&app, Method::GET, &format!("{path}/1"), SCOPE).await;
        assert_eq!(status, StatusCode::OK);
        let (_, again) = send(&app, Method::GET, &format!("{path}/1"), SCOPE).await;
        assert_eq!(again, first);
        let (_, other) = send(&app, Method::GET, &format!("{path}/2"), SCOPE).await;
        assert_ne!(other, first);
        let (status, refusal) = send(&app, Method::GET, &format!("{path}/1"), "other").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(!refusal.contains(&first));
        let (_, after) = send(&app, Method::GET, &format!("{path}/1"), SCOPE).await;
        assert_eq!(after, first);
    }
}

async fn roles(request: &mut ServiceRequest) -> Result<HashSet<String>, Error> {
    let role = request
        .headers()
        .get("Role")
        .and_then(|role| role.to_str().ok());
    Ok(role.into_iter().map(str::to_owned).collect())
}

/// Both the guard and the role must hold.
#[actix_web::test]
async fn protect_holds_beside_the_guard() {
    let app = App::new()
        .wrap(GrantsMiddleware::with_extractor(roles))
        .wrap(auth())
        .route("/above", web::get().to(protect_above))
        .route("/below", web::get().to(protect_below));
    let app = test::init_service(app).await;
    for path in ["/above", "/below"] {
        for (scope, role, status) in [
            (SCOPE, "writer", 200),
            (SCOPE, "reader", 403),
            ("other", "writer", 403),
        ] {
            let token = cognito_m2m_generators_support::token(scope);
            let request = test::TestRequest::with_uri(path)
                .insert_header(("Authorization", format!("Bearer {token}")))
                .insert_header(("Role", role));
            let response = test::call_service(&app, request.to_request()).await;
            assert_eq!(response.status(), status, "{path} {scope} {role}");
        }
    }
}
