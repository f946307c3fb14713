use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::web::request::mark_public;

/// The handler argument that `#[public]` inserts in front of the others.
///
/// It refuses nothing. Outside of the `CognitoAuth` middleware, it does nothing.
pub struct Public(());

impl FromRequest for Public {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        mark_public(&request.extensions());
        ready(Ok(Self(())))
    }
}
