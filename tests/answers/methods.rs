//! The responses of Actix itself, before any guard: unknown paths, other methods, `HEAD` and
//! `OPTIONS`.

use cognito_m2m::reqwest::Method;

use super::*;

async fn served() -> &'static str {
    "served"
}

#[require_scopes("widgets/read")]
async fn guarded() -> &'static str {
    "served"
}

#[scope_map(GET = "widgets/read", POST = "widgets/write")]
async fn mapped() -> &'static str {
    "served"
}

fn resources(config: &mut web::ServiceConfig) {
    config
        .configure(routes)
        .route("/open", web::get().to(served))
        .route("/map", web::route().to(mapped))
        .service(web::resource("/resource").route(web::get().to(guarded)))
        .service(
            web::resource("/head")
                .route(web::get().to(guarded))
                .route(web::head().to(guarded)),
        );
}

#[actix_web::test]
async fn unknown_paths_and_methods_have_an_empty_answer_without_a_guard() {
    let fixture = ApiFixture::start(resources).await;
    let valid = fixture.cognito.token("reporting").sign();
    for (method, path, status) in [
        (Method::GET, "/unknown", 404),
        // A route attribute does not match, so Actix finds no route for the path.
        (Method::POST, "/read", 404),
        (Method::HEAD, "/read", 404),
        (Method::OPTIONS, "/read", 404),
        // A resource matches, and none of its routes does.
        (Method::POST, "/resource", 405),
        (Method::HEAD, "/resource", 405),
        (Method::OPTIONS, "/resource", 405),
        (Method::OPTIONS, "/head", 405),
    ] {
        let request = || fixture.api.request(method.clone(), path);
        for answer in [
            Answer::receive(request()).await,
            Answer::receive(request().bearer_auth(&valid)).await,
        ] {
            assert_eq!(answer.status, status, "{method} {path}");
            assert_eq!((answer.body.as_str(), answer.challenge), ("", None));
        }
        let invalid = Answer::receive(request().bearer_auth("a.b.c")).await;
        assert_eq!(invalid.status, 401, "the middleware runs before the routes");
    }
}

#[actix_web::test]
async fn head_needs_a_route_and_the_scopes_of_get() {
    let fixture = ApiFixture::start(resources).await;
    for (method, path, scope, status) in [
        (Method::HEAD, "/head", "widgets/read", 200),
        (Method::HEAD, "/head", "other", 403),
        (Method::HEAD, "/map", "widgets/read", 200),
        (Method::HEAD, "/map", "widgets/write", 403),
        (Method::OPTIONS, "/map", "widgets/read widgets/write", 403),
    ] {
        let answer = fixture
            .send_as("reporting", method.clone(), path, scope)
            .await;
        assert_eq!(answer.status, status, "{method} {path} {scope}");
    }
}

#[actix_web::test]
async fn invalid_token_on_an_open_route_is_401_unless_the_setting_is_off() {
    for (fails, status) in [(true, 401), (false, 200)] {
        let fixture =
            ApiFixture::with_settings(resources, |settings| settings.fail_on_invalid_bearer(fails))
                .await;
        let expired = fixture.cognito.token("reporting").expired().sign();
        for token in ["a.b.c", "two parts", &expired] {
            let answer = fixture.api.get("/open", token).await;
            assert_eq!(answer.status, status, "{token}");
            assert_eq!(fixture.api.get("/resource", token).await.status, 401);
        }
        assert_eq!(fixture.api.get_without_token("/open").await.status, 200);
    }
}

#[actix_web::test]
async fn default_allowlist_holds_for_guarded_handlers_without_a_list_of_their_own() {
    let fixture = ApiFixture::with_settings(resources, |settings| {
        settings.allowed_client_ids(["billing"])
    })
    .await;
    for (client, path, status) in [
        ("reporting", "/resource", 403),
        ("billing", "/resource", 200),
        ("other", "/listed", 200),
        ("billing", "/listed", 403),
        ("reporting", "/open", 200),
    ] {
        let answer = fixture
            .send_as(client, Method::GET, path, "widgets/read")
            .await;
        assert_eq!(answer.status, status, "{client} {path}");
    }
}
