use std::future::Future;
use std::pin::Pin;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, always_ready, forward_ready};

use super::render::answer;
use super::source::Source;

type Answering<B> = Pin<Box<dyn Future<Output = Result<ServiceResponse<B>, Error>>>>;

/// What a login is wrapped around by [`ClientActivityPage::wrap`](crate::ClientActivityPage::wrap); Actix
/// makes it.
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
}

impl ClientActivityPageService {
    pub(super) fn new(source: Source) -> Self {
        Self { source }
    }
}

impl Service<ServiceRequest> for ClientActivityPageService {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Answering<BoxBody>;

    always_ready!();

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let source = self.source.clone();
        Box::pin(async move {
            let response = answer(&source, request.request()).await;
            Ok(request.into_response(response))
        })
    }
}

/// A service whose answers have the body that Actix's routes have.
pub(super) struct Boxed<S> {
    pub(super) service: S,
}

impl<S, B> Service<ServiceRequest> for Boxed<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Answering<BoxBody>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let answered = self.service.call(request);
        Box::pin(async { answered.await.map(ServiceResponse::map_into_boxed_body) })
    }
}
