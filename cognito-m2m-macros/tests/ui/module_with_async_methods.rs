use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    use std::pin::Pin;
    use std::sync::Arc;

    struct Request;

    trait Opens: Sized {
        async fn declared(self);

        async fn provided(self) {}
    }

    impl Request {
        async fn by_value(self) {}

        async fn by_mutable_value(mut self) {}

        async fn in_a_box(self: Box<Self>) {}

        async fn pinned(self: Pin<Box<Self>>) {}

        async fn by_reference(&self) {}

        async fn by_mutable_reference(&mut self) {}

        async fn shared(self: Arc<Self>) {}
    }

    impl Opens for Request {
        async fn declared(self) {}
    }
}

fn main() {}
