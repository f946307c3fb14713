use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    use std::future::{Ready, ready};
    use std::marker::PhantomData;

    use actix_web::FromRequest;

    type Answer = Ready<u8>;

    fn generic<T: FromRequest>(_: T) -> Ready<u8> {
        ready(1)
    }

    fn with_impl_argument(_: impl FromRequest) -> impl Future<Output = u8> {
        ready(1)
    }

    fn alias<const N: usize>() -> Answer {
        ready(1)
    }

    struct Open<T>(PhantomData<T>);

    impl<T> Open<T> {
        fn associated() -> Answer {
            ready(1)
        }

        fn by_value(self) -> Ready<u8> {
            ready(1)
        }
    }

    trait Opens {
        fn declared() -> Ready<u8>;
    }
}

fn main() {}
