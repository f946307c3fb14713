use std::convert::Infallible;
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use super::extraction::Extraction;
use crate::error::{Misconfiguration, Refusal};
use crate::policy::Layers;
use crate::web::request::Authentication;
use crate::web::responder::RefusalFn;

/// What an attribute says about its handler, known while compiling.
pub trait RoutePolicy: 'static {
    /// The stack of attributes.
    const LAYERS: &'static Layers;

    /// Who answers a refusal instead of the app-wide responder.
    const REFUSAL: Option<RefusalFn> = None;
}

/// Two stacks, the upper one judged first.
pub enum Both<Upper, Lower> {
    #[doc(hidden)]
    _Never(Infallible, PhantomData<(Upper, Lower)>),
}

impl<Upper: RoutePolicy, Lower: RoutePolicy> RoutePolicy for Both<Upper, Lower> {
    const LAYERS: &'static Layers = &Layers::Both(Upper::LAYERS, Lower::LAYERS);

    // The attribute nearest to the function speaks for it.
    const REFUSAL: Option<RefusalFn> = match Lower::REFUSAL {
        Some(own) => Some(own),
        None => Upper::REFUSAL,
    };
}

/// The argument that an attribute puts in front of a handler's own.
///
/// It is ready at once, so that it answers before another extractor has read a byte of the body.
pub struct Guard<P>(PhantomData<P>);

impl<P: RoutePolicy> FromRequest for Guard<P> {
    type Error = Error;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let result = evaluate(request, P::LAYERS).map(|()| Self(PhantomData));
        Extraction::new(result, request, P::REFUSAL)
    }
}

fn evaluate(request: &HttpRequest, layers: &'static Layers) -> Result<(), Refusal> {
    let mut extensions = request.extensions_mut();
    let Some(authentication) = extensions.get_mut::<Authentication>() else {
        let layer = layers.outermost();
        tracing::error!(
            handler = layer.handler,
            file = layer.file,
            line = layer.line,
            "a guarded handler runs outside of the `CognitoAuth` middleware"
        );
        return Err(Misconfiguration::MiddlewareMissing.into());
    };
    let method = request.method().as_str();
    authentication
        .evaluate_layers(layers, method)
        .map_err(|(refusal, layer)| {
            tracing::debug!(
                handler = layer.handler,
                file = layer.file,
                line = layer.line,
                "a guard refused"
            );
            refusal
        })?;
    authentication.is_guarded = true;
    Ok(())
}
