//! The document of paperclip is the same with and without guards.

use actix_web::http::Method;
use actix_web::{App, test};
use cognito_m2m_generators_support::{SCOPE, assert_guarded, auth, send};
use paperclip::actix::OpenApiExt;
use paperclip::actix::web::post;
use serde_json::Value;

const DOCUMENT: &str = "/openapi.json";

/// Builds an app of the handlers in a module.
macro_rules! app {
    ($($api:ident)::+: $($handler:ident $path:literal)*) => {{
        use $($api)::+ as api;

        let app = App::new().wrap(auth()).wrap_api().with_json_spec_at(DOCUMENT);
        let app = app$(.route($path, post().to(api::$handler)))*;
        test::init_service(app.build()).await
    }};
}

macro_rules! all {
    ($name:ident) => {
        app!(cognito_m2m_with_paperclip::$name::api:
            zero "/zero" one "/one" seven "/seven/{id}" fifteen "/fifteen/{id}")
    };
}

/// Returns the document that the app serves.
macro_rules! document {
    ($app:expr) => {{
        let (status, body) = send(&$app, Method::GET, DOCUMENT, SCOPE).await;
        assert_eq!(status, 200);
        serde_json::from_str::<Value>(&body).unwrap()
    }};
}

macro_rules! same_document {
    ($($name:ident)*) => {$(
        #[actix_web::test]
        async fn $name() {
            let app = all!($name);
            let expected = document!(all!(bare));
            assert_eq!(expected["paths"].as_object().unwrap().len(), 4);
            assert_eq!(document!(app), expected);
            for path in ["/zero", "/one", "/seven/7?page=1", "/fifteen/7"] {
                assert_guarded(&app, Method::POST, path).await;
            }
        }
    )*};
}

same_document! { above below stacked stacked_below guarded guarded_and_stacked }

#[actix_web::test]
async fn sixteen_arguments_below_api_v2_operation() {
    let expected =
        document!(app!(cognito_m2m_with_paperclip::sixteen_bare: sixteen "/sixteen/{id}"));
    let app = app!(cognito_m2m_with_paperclip::sixteen_below: sixteen "/sixteen/{id}");
    assert_eq!(document!(app), expected);
    assert_guarded(&app, Method::POST, "/sixteen/7").await;
}

/// The document describes what the handlers take, and nothing of the guard.
#[actix_web::test]
async fn document_of_fifteen_arguments() {
    let document = document!(all!(guarded));
    let operation = &document["paths"]["/fifteen/{id}"]["post"];
    assert_eq!(operation["summary"], "Creates a widget.");
    let parameters = operation["parameters"].as_array().unwrap();
    let names: Vec<_> = parameters
        .iter()
        .map(|parameter| &parameter["name"])
        .collect();
    assert_eq!(names, ["id", "page", "body"]);
    let definitions = document["definitions"].as_object().unwrap();
    assert!(definitions.contains_key("Widget"));
    assert!(!document.to_string().contains("Guard"));
}
