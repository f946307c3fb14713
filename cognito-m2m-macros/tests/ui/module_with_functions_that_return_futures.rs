use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    fn list() -> impl Future<Output = ()> {
        async {}
    }

    fn create() -> std::future::Ready<u8> {
        std::future::ready(1)
    }

    fn erase() -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async {})
    }
}

fn main() {}
