use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, always_ready, forward_ready};
use actix_web::{Error, HttpMessage};

use super::render::respond;
use super::source::Source;
use crate::box_future::BoxFuture;
use crate::web::cutoffs::CutoffSource;
use crate::web::request::{PublicMark, mark_public};

/// The service that renders a [`ClientActivityPage`](crate::ClientActivityPage).
///
/// It appears in the bounds of [`ClientActivityPage::wrap`](crate::ClientActivityPage::wrap). Name it
/// in the signature of a function that is generic over the login.
///
/// # Examples
///
/// ```
/// use actix_web::dev::{ServiceRequest, Transform};
/// use cognito_m2m::ClientActivityPageService;
///
/// fn is_a_login<Login: Transform<ClientActivityPageService, ServiceRequest>>(_: &Login) {}
///
/// is_a_login(&actix_web::middleware::Logger::default());
/// ```
#[derive(Clone)]
pub struct ClientActivityPageService {
    source: Source,
    cutoffs: Option<CutoffSource>,
}

impl ClientActivityPageService {
    pub(super) fn new(source: Source, cutoffs: Option<CutoffSource>) -> Self {
        Self { source, cutoffs }
    }
}

impl Service<ServiceRequest> for ClientActivityPageService {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = BoxFuture<'static, Result<ServiceResponse, Error>>;

    always_ready!();

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (source, cutoffs) = (self.source.clone(), self.cutoffs.clone());
        mark_public(&request.extensions(), PublicMark::Service);
        Box::pin(async move {
            let response = respond(&source, cutoffs.as_ref(), request.request()).await;
            Ok(request.into_response(response))
        })
    }
}

/// A service that boxes the response body, as Actix requires of every registered service.
pub(super) struct BoxedBody<S> {
    pub(super) service: S,
}

impl<S, B> Service<ServiceRequest> for BoxedBody<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = BoxFuture<'static, Result<ServiceResponse, Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        // The login around the page may answer by itself.
        mark_public(&request.extensions(), PublicMark::Service);
        let response = self.service.call(request);
        Box::pin(async { response.await.map(ServiceResponse::map_into_boxed_body) })
    }
}
