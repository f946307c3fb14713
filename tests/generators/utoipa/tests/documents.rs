//! The document of utoipa is the same with and without guards.

use actix_web::http::Method;
use actix_web::{App, test};
use cognito_m2m_generators_support::{assert_guarded, auth};
use cognito_m2m_with_utoipa::*;
use serde::Serialize;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

fn json(document: &impl Serialize) -> Value {
    serde_json::to_value(document).unwrap()
}

/// Returns an app of the handlers in a module, and its document.
macro_rules! app {
    ($api:ident) => {
        App::new()
            .wrap(auth())
            .into_utoipa_app()
            .service($api::zero)
            .service($api::one)
            .service($api::seven)
            .service($api::fifteen)
            .split_for_parts()
    };
}

macro_rules! same_document {
    ($($name:ident)*) => {$(
        #[actix_web::test]
        async fn $name() {
            use cognito_m2m_with_utoipa::bare::{self, api as bare_api};
            use cognito_m2m_with_utoipa::$name::{Document, api};

            let expected = bare::Document::openapi();
            assert_eq!(expected.paths.paths.len(), 4);
            assert_eq!(json(&Document::openapi()), json(&expected));

            let (app, document) = app!(api);
            let (_, expected) = app!(bare_api);
            assert_eq!(json(&document), json(&expected));
            let app = test::init_service(app).await;
            for path in ["/zero", "/one", "/seven/7?page=1", "/fifteen/7"] {
                assert_guarded(&app, Method::POST, path).await;
            }
        }
    )*};
}

same_document! { above between below stacked guarded guarded_and_stacked }

#[actix_web::test]
async fn sixteen_arguments_below_utoipa() {
    let expected = json(&sixteen_bare::Document::openapi());
    assert_eq!(json(&sixteen_between::Document::openapi()), expected);
    assert_eq!(json(&sixteen_below::Document::openapi()), expected);

    for app in [
        App::new().service(sixteen_between::api::sixteen),
        App::new().service(sixteen_below::api::sixteen),
    ] {
        let app = test::init_service(app.wrap(auth())).await;
        assert_guarded(&app, Method::POST, "/sixteen/7").await;
    }
}

/// The document describes what the handlers take, and nothing of the guard.
#[actix_web::test]
async fn document_of_fifteen_arguments() {
    let document = json(&guarded::Document::openapi());
    let operation = &document["paths"]["/fifteen/{id}"]["post"];
    assert_eq!(operation["summary"], "Creates a widget.");
    let parameters = operation["parameters"].as_array().unwrap();
    let names: Vec<_> = parameters
        .iter()
        .map(|parameter| &parameter["name"])
        .collect();
    assert_eq!(names, ["page", "id"]);
    let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(body, "#/components/schemas/Widget");
}
