use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::panic::Location;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::web::request::Extraction;

/// Returns whether the calling extractor is an argument of the handler, or inside of an `Option` or a
/// `Result`, whose handler runs without a principal too.
///
/// Actix does not tell an extractor which of them calls it, but each calls it from a place of its own in
/// the source code of Actix. The extractor has to be `#[track_caller]`.
#[track_caller]
pub(super) fn extraction(request: &HttpRequest) -> Extraction {
    let caller = Location::caller();
    let optional = OPTIONAL_CALLERS.get_or_init(|| optional_callers(request));
    if optional.iter().any(|optional| is_same(caller, optional)) {
        Extraction::Optional
    } else {
        Extraction::Required
    }
}

/// The places in Actix that call the extractor inside of an `Option` or a `Result`.
static OPTIONAL_CALLERS: OnceLock<Vec<&'static Location<'static>>> = OnceLock::new();

fn optional_callers(request: &HttpRequest) -> Vec<&'static Location<'static>> {
    let of_option = now(Option::<Caller>::from_request(request, &mut Payload::None));
    let of_result = now(Result::<Caller, Infallible>::from_request(
        request,
        &mut Payload::None,
    ));
    let of_argument = now(<(Caller,)>::from_request(request, &mut Payload::None));
    let optional = [
        of_option.flatten().map(|Caller(place)| place),
        of_result.and_then(Result::ok).map(|Caller(place)| place),
    ];
    let argument = of_argument.map(|(Caller(place),)| place);
    // A compiler that leaves out all locations would make them equal. Arguments are guards then.
    let is_distinct = |place: &&'static Location<'static>| {
        argument.is_some_and(|argument| !is_same(place, argument))
    };
    optional.into_iter().flatten().filter(is_distinct).collect()
}

/// Compares the lines first, which almost always differ. The compiler may store the same place more than
/// once, so the addresses say nothing.
fn is_same(one: &Location<'_>, other: &Location<'_>) -> bool {
    one.line() == other.line() && one.column() == other.column() && one.file() == other.file()
}

/// An extractor for the place that calls it.
struct Caller(&'static Location<'static>);

impl FromRequest for Caller {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    #[track_caller]
    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(Location::caller())))
    }
}

/// Returns the output of a future that is ready on its first poll.
fn now<T, E>(future: impl Future<Output = Result<T, E>>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output.ok(),
        Poll::Pending => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    struct Extracted(Extraction);

    impl FromRequest for Extracted {
        type Error = Infallible;
        type Future = Ready<Result<Self, Infallible>>;

        #[track_caller]
        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            ready(Ok(Self(extraction(request))))
        }
    }

    fn extract<T: FromRequest>() -> T {
        let request = TestRequest::default().to_http_request();
        now(T::from_request(&request, &mut Payload::None)).expect("the extractor is ready")
    }

    #[test]
    fn option_and_result_are_told_apart_from_arguments() {
        let (Extracted(first), Extracted(second)) = extract();
        assert_eq!([first, second], [Extraction::Required; 2]);
        let Extracted(alone) = extract();
        assert_eq!(alone, Extraction::Required);
        let option: Option<Extracted> = extract();
        assert_eq!(option.map(|found| found.0), Some(Extraction::Optional));
        let result: Result<Extracted, Infallible> = extract();
        assert_eq!(result.map(|found| found.0), Ok(Extraction::Optional));
        let (Extracted(first), option) = extract::<(Extracted, Option<Extracted>)>();
        assert_eq!(first, Extraction::Required);
        assert_eq!(option.map(|found| found.0), Some(Extraction::Optional));
    }
}
