use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    use std::future::{Ready, ready};

    use actix_web::dev::fn_service;
    use actix_web::web::{self, ServiceConfig};
    use actix_web::{Resource, Route};

    fn configure(app: &mut ServiceConfig) {
        app.route("/", web::get().to(|| async { "" }));
        app.route("/", web::get().to(async || ""));
        app.route("/", web::get().to(|| ready("")));
        app.route("/", web::to(move || crate::later()));
        app.service(web::resource("/").get(|| crate::later()));
        app.default_service(web::to(|| crate::later()));
    }

    fn configure_by_variable(app: &mut ServiceConfig) {
        let first = || async { "" };
        let second = || ready("");
        let third = |_: String| Box::pin(std::future::ready(""));
        app.route("/1", web::get().to(first));
        app.route("/2", web::get().to(second));
        app.route("/3", web::get().to(third));
    }

    fn route() -> Route {
        web::get().to(|| async { "" })
    }

    fn resource() -> Resource {
        web::resource("/").to(|| async { "" })
    }

    fn configure_service(app: &mut ServiceConfig) {
        app.default_service(fn_service(|request: actix_web::dev::ServiceRequest| async {
            Ok(request.into_response(actix_web::HttpResponse::Ok().finish()))
        }));
    }

    const OPEN: fn() -> Ready<&'static str> = || ready("");
}

fn later() -> std::future::Ready<&'static str> {
    std::future::ready("")
}

fn main() {}
