use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    use std::future::{Ready, ready};

    use actix_web::dev::{AppService, HttpServiceFactory, Payload};
    use actix_web::{Error, FromRequest, Handler as Called, HttpRequest};

    #[derive(Clone)]
    struct Open;

    impl actix_web::Handler<()> for Open {
        type Output = &'static str;
        type Future = Ready<&'static str>;

        fn call(&self, (): ()) -> Self::Future {
            ready("")
        }
    }

    impl HttpServiceFactory for Open {
        fn register(self, _: &mut AppService) {}
    }

    // `async fn open(&self)` would be a handler.
    impl FromRequest for &'static Open {
        type Error = Error;
        type Future = Ready<Result<Self, Error>>;

        fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
            ready(Ok(&Open))
        }
    }
}

fn main() {}
