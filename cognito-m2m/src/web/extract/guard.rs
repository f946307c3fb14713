use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use crate::error::{Misconfiguration, Refusal};
use crate::policy::{Layer, Layers};
use crate::web::request::{Authentication, guard_error};
use crate::web::responder::RefusalFn;

/// The policies of a handler, known at compile time.
pub trait RoutePolicy: 'static {
    /// The attributes of the handler and of its modules.
    const LAYERS: &'static Layers;

    /// The custom function that responds to refusals, or `None` to use the app's responder.
    const REFUSAL: Option<RefusalFn> = None;
}

/// Combines the attributes of an outer level, such as a module, with those of an inner one, such as
/// a handler. The outer ones are evaluated first.
pub enum Both<Upper, Lower> {
    #[doc(hidden)]
    _Never(Infallible, PhantomData<(Upper, Lower)>),
}

impl<Upper: RoutePolicy, Lower: RoutePolicy> RoutePolicy for Both<Upper, Lower> {
    const LAYERS: &'static Layers = &Layers::Both(Upper::LAYERS, Lower::LAYERS);

    // The attribute nearest to the function takes precedence.
    const REFUSAL: Option<RefusalFn> = match Lower::REFUSAL {
        Some(respond) => Some(respond),
        None => Upper::REFUSAL,
    };
}

/// The handler argument that an attribute inserts in front of the others.
///
/// Its future is ready on the first poll, so a refused request gets its response before any other
/// extractor reads the body.
pub struct Guard<P>(PhantomData<P>);

// A guard has no value of its own, so in the key of a cache (`#[cached]`), all guards of a handler are
// equal. Not derived, because `P` implements none of these traits.

impl<P> Clone for Guard<P> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<P> PartialEq for Guard<P> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<P> Eq for Guard<P> {}

impl<P> Hash for Guard<P> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl<P> fmt::Debug for Guard<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Guard")
    }
}

impl<P: RoutePolicy> FromRequest for Guard<P> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let result = evaluate(request, P::LAYERS).map(|()| Self(PhantomData));
        ready(result.map_err(|(refusal, layer)| guard_error(refusal, request, layer, P::REFUSAL)))
    }
}

/// Evaluates the attributes of a handler. The error contains the attribute that refused.
fn evaluate(
    request: &HttpRequest,
    layers: &'static Layers,
) -> Result<(), (Refusal, &'static Layer)> {
    let mut extensions = request.extensions_mut();
    let Some(authentication) = extensions.get_mut::<Authentication>() else {
        return Err((
            Misconfiguration::MiddlewareMissing.into(),
            layers.outermost(),
        ));
    };
    authentication.evaluate_layers(layers, request.method().as_str())?;
    authentication.layers = Some(layers);
    Ok(())
}
