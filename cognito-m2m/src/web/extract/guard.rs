use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use crate::error::{Misconfiguration, Refusal};
use crate::policy::{Layer, Layers, PathParameters};
use crate::web::request::{Authentication, guard_error, log_would_refuse, visit_parameters};
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
///
/// Each handler has a guard of its own type, so what is generic here is compiled once for each handler.
/// The generic code only passes constants to `evaluate`.
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
    type Future = Evaluated<P>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Evaluated {
            refused: evaluate(request, P::LAYERS, P::REFUSAL),
            policy: PhantomData,
        }
    }
}

/// The future of a [`Guard`], whose policy has been evaluated.
pub struct Evaluated<P> {
    refused: Option<Error>,
    policy: PhantomData<fn() -> P>,
}

impl<P> Future for Evaluated<P> {
    type Output = Result<Guard<P>, Error>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.get_mut().refused.take() {
            None => Ok(Guard(PhantomData)),
            Some(error) => Err(error),
        })
    }
}

/// Evaluates the attributes of a handler. Returns the error if one of them refuses the request.
fn evaluate(
    request: &HttpRequest,
    layers: &'static Layers,
    custom_response: Option<RefusalFn>,
) -> Option<Error> {
    let (refusal, layer) = evaluate_layers(request, layers).err()?;
    Some(guard_error(refusal, request, layer, custom_response))
}

/// Evaluates the attributes of a handler. The error contains the attribute that refused.
fn evaluate_layers(
    request: &HttpRequest,
    layers: &'static Layers,
) -> Result<(), (Refusal, &'static Layer)> {
    let extensions = request.extensions();
    let Some(authentication) = extensions.get::<Authentication>() else {
        return Err((
            Misconfiguration::MiddlewareMissing.into(),
            layers.outermost(),
        ));
    };
    let coverage = &authentication.coverage;
    coverage
        .set_guarded_by(layers)
        .map_err(|refusal| (refusal, layers.outermost()))?;
    let visit =
        |visitor: &mut dyn FnMut(&str, &str)| visit_parameters(request.match_info(), visitor);
    let path_parameters = PathParameters::from_visit(&visit);
    let method = request.method().as_str();
    let is_reported = authentication.evaluate_layers(layers, method, path_parameters)?;
    authentication.layers.set(Some(layers));
    if is_reported {
        let reported = authentication.reported(layers, method, path_parameters);
        drop(extensions);
        for (denial, layer) in reported {
            log_would_refuse(denial, layer, request);
        }
    }
    Ok(())
}
