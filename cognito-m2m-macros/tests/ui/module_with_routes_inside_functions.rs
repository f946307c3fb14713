use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    use std::future::{Ready, ready};

    use actix_web::web::{self, ServiceConfig};

    fn configure(app: &mut ServiceConfig) {
        #[actix_web::get("/1")]
        fn first() -> Ready<&'static str> {
            ready("")
        }

        #[allow(unused)]
        #[actix_web::get("/2")]
        pub fn second() -> crate::Answer {
            ready("")
        }

        fn third() -> Ready<&'static str> {
            ready("")
        }

        app.service(first).service(second);
        app.route("/3", web::get().to(third));
    }
}

type Answer = std::future::Ready<&'static str>;

fn main() {}
