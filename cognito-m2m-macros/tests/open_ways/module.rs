//! A guarded module with every kind of handler that the attribute can't see.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};

pub(crate) use actix_web::Handler as Opens;
pub(crate) use handlers::configure;

/// The paths of the open handlers.
pub(crate) const PATHS: [&str; 12] = [
    "/helper",
    "/impl-in-a-handler",
    "/closure-in-a-variable",
    "/closure-in-a-constant",
    "/function-in-a-function",
    "/generic-function",
    "/impl-argument",
    "/generic-impl",
    "/trait",
    "/reference",
    "/renamed-trait",
    "/hidden-macro",
];

type Answer = Ready<&'static str>;

fn later() -> Answer {
    ready("open")
}

/// A type whose references are extractors.
pub(crate) struct Extracted;

impl FromRequest for &'static Extracted {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(&Extracted))
    }
}

/// Hides the macro of std in the module below.
macro_rules! matches {
    ($name:ident) => {
        async fn $name() -> &'static str {
            "open"
        }
    };
}

#[cognito_m2m::require_authentication]
mod handlers {
    use std::marker::PhantomData;

    use actix_web::web::{self, ServiceConfig};
    use actix_web::{FromRequest, Responder};

    use super::{Answer, Extracted, Opens, later};

    #[helper]
    async fn helper() -> &'static str {
        "open"
    }

    #[allow(non_local_definitions)]
    async fn guarded() -> impl Responder {
        impl Open {
            async fn in_a_handler() -> &'static str {
                "open"
            }
        }
        "guarded"
    }

    struct Open;

    const CONSTANT: fn() -> Answer = || later();

    fn generic<T: FromRequest>(_: T) -> Answer {
        later()
    }

    fn with_impl_argument(_: impl FromRequest) -> Answer {
        later()
    }

    struct Generic<T>(PhantomData<T>);

    impl<T> Generic<T> {
        fn open(_: T) -> Answer {
            later()
        }
    }

    trait Provided {
        fn open() -> Answer {
            later()
        }
    }

    impl Provided for Open {}

    impl Extracted {
        async fn open(&self) -> &'static str {
            "open"
        }
    }

    #[derive(Clone)]
    struct Renamed;

    impl Opens<()> for Renamed {
        type Output = &'static str;
        type Future = Answer;

        fn call(&self, (): ()) -> Self::Future {
            later()
        }
    }

    pub(crate) fn configure(app: &mut ServiceConfig) {
        fn nested() -> Answer {
            later()
        }
        let closure = || later();
        matches!(hidden);
        app.route("/guarded", web::get().to(guarded))
            .route("/helper", web::get().to(helper))
            .route("/impl-in-a-handler", web::get().to(Open::in_a_handler))
            .route("/closure-in-a-variable", web::get().to(closure))
            .route("/closure-in-a-constant", web::get().to(CONSTANT))
            .route("/function-in-a-function", web::get().to(nested))
            .route("/generic-function", web::get().to(generic::<String>))
            .route(
                "/impl-argument",
                web::get().to(with_impl_argument as fn(String) -> Answer),
            )
            .route("/generic-impl", web::get().to(Generic::<String>::open))
            .route("/trait", web::get().to(Open::open))
            .route("/reference", web::get().to(Extracted::open))
            .route("/renamed-trait", web::get().to(Renamed))
            .route("/hidden-macro", web::get().to(hidden));
    }
}
