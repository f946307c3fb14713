//! A guarded module accepts items that are no handlers, without warnings, and leaves them unchanged.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unreachable_pub)]
#![deny(missing_debug_implementations, unused_qualifications, rust_2018_idioms)]
#![forbid(unsafe_code)]

mod policies;

use cognito_m2m::Policy;

use policies::policies;

/// Functions of every kind, none of which returns a future.
#[cognito_m2m::require_scopes("a")]
#[cognito_m2m::allow_client_ids("id1")]
mod plain {
    use std::fmt::{Display, Write as _};
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll};

    use actix_web::web::{self, ServiceConfig};
    use actix_web::{
        Error, FromRequest, HttpRequest, HttpResponse, Responder, dev::Payload, error,
    };
    use tracing::info;

    #[derive(Debug, Clone, Copy, PartialEq)]
    pub(super) struct PriceFuture(pub(super) u8);

    struct Private;

    pub(super) fn price() -> PriceFuture {
        PriceFuture(1)
    }

    fn private(_: Private) -> Private {
        Private
    }

    pub(super) fn nothing() {
        private(Private);
    }

    pub(super) fn never() -> ! {
        panic!("never")
    }

    pub(super) const fn constant() -> u8 {
        1
    }

    pub(super) fn borrowed<'a>(first: &'a str, _: &str) -> &'a str {
        first
    }

    pub(super) fn elided(text: &mut String) -> &str {
        let _ = write!(text, "!");
        text
    }

    pub(super) fn opaque(text: &str) -> impl Iterator<Item = char> + '_ {
        text.chars()
    }

    pub(super) fn display() -> impl Display + use<> {
        1
    }

    pub(super) fn object() -> Box<dyn Display> {
        Box::new(1)
    }

    pub(super) fn closure() -> impl Fn(&str) -> String {
        |text| text.to_owned()
    }

    pub(super) fn generic<T: Display>(value: T) -> T {
        value
    }

    pub(super) fn with_impl_argument(value: impl Display) -> String {
        format!("{value}")
    }

    pub(super) fn conditional(#[cfg(any())] _: u8, #[cfg(not(any()))] value: u16) -> u16 {
        value
    }

    #[cfg(any())]
    pub(super) fn not_compiled() -> Missing {}

    #[cfg_attr(all(), cfg(any()))]
    pub(super) fn not_compiled_either() -> Missing {}

    #[deprecated]
    pub(super) fn deprecated() -> u8 {
        1
    }

    pub(super) extern "C" fn foreign(value: u8) -> u8 {
        value
    }

    #[must_use]
    #[expect(clippy::too_many_arguments)]
    #[rustfmt::skip]
    pub(super) fn many_arguments(
        a: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8,
        _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8,
    ) -> u8 {
        a
    }

    pub(super) fn well_known(is_known: bool) -> Result<Vec<u8>, Error> {
        info!(is_known, "well known");
        tracing::debug_span!("span").in_scope(|| std::assert!(matches!(is_known, true | false)));
        if !is_known {
            return Err(error::ErrorBadRequest(stringify!(is_known)));
        }
        let negated = !(is_known);
        Ok(vec![u8::from(!negated), u8::from(negated != is_known)])
    }

    pub(super) fn configure(app: &mut ServiceConfig) {
        app.route("/", web::get().to(list));
    }

    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }

    pub(super) const TABLE: [fn() -> PriceFuture; 1] = [price];

    pub(super) struct Number(pub(super) u8);

    impl FromRequest for Number {
        type Error = Error;
        type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

        fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
            Box::pin(async { Ok(Self::new()) })
        }
    }

    impl FromRequest for PriceFuture {
        type Error = Error;
        type Future = std::future::Ready<Result<Self, Error>>;

        fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
            std::future::ready(Ok(price()))
        }
    }

    impl Number {
        pub(super) fn new() -> Self {
            Self(1)
        }

        pub(super) fn price(self) -> PriceFuture {
            PriceFuture(self.0)
        }

        pub(super) async fn load(&self) -> u8 {
            let double = async { self.0.saturating_mul(2) };
            double.await
        }

        pub(super) async fn shared(self: Arc<Self>) -> u8 {
            self.load().await
        }
    }

    impl From<u8> for Number {
        fn from(number: u8) -> Self {
            Self(number)
        }
    }

    impl Responder for Number {
        type Body = actix_web::body::BoxBody;

        fn respond_to(self, _: &HttpRequest) -> HttpResponse {
            HttpResponse::Ok().json(self.0)
        }
    }

    pub(super) struct Later(pub(super) u8);

    impl Future for Later {
        type Output = u8;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u8> {
            Poll::Ready(self.0)
        }
    }

    #[cfg(test)]
    mod tests {
        use super::{Number, price};

        macro_rules! price {
            () => {
                super::PriceFuture(1)
            };
        }

        #[actix_web::test]
        async fn tests_of_actix_are_unchanged() {
            assert_eq!(Number::from(2).load().await, 4);
        }

        #[test]
        fn tests_are_unchanged() {
            assert_eq!(price(), price!());
        }
    }
}

#[test]
fn plain_items_of_a_guarded_module_are_unchanged() {
    let mut text = String::from("a");
    assert_eq!(plain::price(), plain::PriceFuture(1));
    plain::nothing();
    assert!(std::panic::catch_unwind(|| plain::never()).is_err());
    assert_eq!(plain::constant(), 1);
    assert_eq!(plain::borrowed("a", "b"), "a");
    assert_eq!(plain::elided(&mut text), "a!");
    assert_eq!(plain::opaque("a").count(), 1);
    assert_eq!(plain::display().to_string(), plain::object().to_string());
    assert_eq!(plain::closure()("a"), plain::generic("a"));
    assert_eq!(plain::with_impl_argument(1), "1");
    assert_eq!(plain::conditional(1), 1);
    #[expect(deprecated)]
    let deprecated = plain::deprecated();
    assert_eq!(plain::foreign(1), deprecated);
    let many = plain::many_arguments(1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0);
    assert_eq!(many, 1);
    assert_eq!(plain::well_known(true).unwrap(), [1, 1]);
    assert!(plain::well_known(false).is_err());
    assert_eq!(plain::TABLE[0](), plain::Number::new().price());
    drop(actix_web::App::new().configure(plain::configure));
}

#[actix_web::test]
async fn asynchronous_methods_with_a_reference_are_unchanged() {
    let number = std::sync::Arc::new(plain::Number::from(2));
    assert_eq!(number.load().await, 4);
    assert_eq!(number.shared().await, 4);
    assert_eq!(plain::Later(3).await, 3);
}

#[test]
fn the_handler_beside_plain_items_is_guarded() {
    let scope = Policy::scope("a");
    let clients = Policy::allow_client_ids(["id1"]).unwrap();
    assert_eq!(policies(plain::list), [scope, clients]);
}
