use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    use std::future::Ready as Now;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    type Answer = Pin<Box<dyn Future<Output = u8>>>;

    struct Later;

    impl Future for Later {
        type Output = u8;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u8> {
            Poll::Ready(1)
        }
    }

    trait Sub: Future {}

    impl Sub for Later {}

    fn alias(_: &str) -> Answer {
        Box::pin(Later)
    }

    fn renamed() -> Now<u8> {
        std::future::ready(1)
    }

    fn own() -> Later {
        Later
    }

    fn subtrait() -> impl Sub {
        Later
    }

    fn object() -> Box<dyn Sub<Output = u8> + Unpin> {
        Box::new(Later)
    }

    unsafe fn unsafe_one() -> Later {
        Later
    }

    extern "C" fn foreign_abi() -> Later {
        Later
    }

    fn conditional_argument(#[cfg(any())] _: u8, _: String) -> Later {
        Later
    }

    fn handler() -> impl actix_web::Handler<(), Output = u8> {
        own
    }

    fn function_pointer() -> fn() -> Later {
        own
    }

    impl Later {
        fn associated() -> Self {
            Self
        }

        fn by_value(self) -> Self {
            self
        }
    }

    impl From<u8> for Later {
        fn from(_: u8) -> Self {
            Self
        }
    }
}

fn main() {}
