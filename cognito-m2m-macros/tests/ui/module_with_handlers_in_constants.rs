use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    use std::pin::Pin;

    type Answer = Pin<Box<dyn Future<Output = &'static str>>>;

    const OPEN: fn() -> Answer = || Box::pin(async { "" });

    static TABLE: [fn() -> Answer; 1] = [|| Box::pin(async { "" })];

    const _: () = {
        impl Request {
            async fn open() {}
        }
    };

    struct Request;

    impl Request {
        const OPEN: fn() -> Answer = || Box::pin(async { "" });
    }

    trait Opens {
        const OPEN: fn() -> Answer = || Box::pin(async { "" });
    }

    enum Number {
        One = {
            async fn open() {}
            1
        },
    }

    type Bytes = [u8; {
        async fn open() {}
        1
    }];

    struct Array<const N: usize = {
        async fn open() {}
        1
    }>([u8; N]);
}

fn main() {}
