use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::web::request::{PublicMark, mark_public};

/// The handler argument that `#[public]` inserts in front of the others.
///
/// It refuses nothing. Outside of the `CognitoAuth` middleware, it does nothing.
///
/// `PLACE` is the place of the attribute, see [`place`](crate::policy::public_handlers::place).
pub struct Public<const PLACE: u64>(());

impl<const PLACE: u64> FromRequest for Public<PLACE> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        mark_public(&request.extensions(), PublicMark::Handler(PLACE));
        ready(Ok(Self(())))
    }
}
