//! The handlers in a guarded module that an attribute can't see. Its documentation lists them.
#![deny(warnings)]

mod module;

use actix_web::http::StatusCode;
use actix_web::{App, test};

/// Without the middleware, a guarded handler responds with 500.
#[actix_web::test]
async fn the_documented_handlers_are_open_without_a_net() {
    let app = test::init_service(App::new().configure(module::configure)).await;
    let mut paths = module::PATHS.to_vec();
    paths.push("/guarded");
    for path in paths {
        let request = test::TestRequest::get().uri(path).to_request();
        let response = test::call_service(&app, request).await;
        let expected = match path {
            "/guarded" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::OK,
        };
        assert_eq!(response.status(), expected, "{path}");
    }
}
