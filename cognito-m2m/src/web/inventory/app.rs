//! An app that runs in this process, whose guards are recorded.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::rt::System;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::ServiceConfig;
use actix_web::{App, Error, HttpMessage, HttpRequest, HttpResponse};

use crate::principal::ServicePrincipal;
use crate::testing::TestPrincipal;
use crate::web::cognito_auth::CognitoAuth;
use crate::web::request::Recording;

/// The longest time that a handler runs. It may wait for something that exists in production only.
const TIMEOUT: Duration = Duration::from_secs(10);

type SendRequest = dyn Fn(TestRequest, Option<Caller>) -> LocalFuture<Option<Answered>>;

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// An app in this process.
pub(super) struct RecordedApp {
    send: Box<SendRequest>,
}

/// What the inventory stores in a request.
struct Caller {
    principal: Option<ServicePrincipal>,
    recording: Rc<Recording>,
}

/// The part of a response that the inventory reads.
struct Answered {
    status: StatusCode,
    request: Option<HttpRequest>,
}

/// The result of a request.
pub(super) struct Answer {
    pub(super) recording: Rc<Recording>,
    /// `None` if the handler panicked, or did not answer in time.
    pub(super) status: Option<StatusCode>,
    /// `true` if the path is that of a resource, and `false` if a default service answered.
    pub(super) is_routed: bool,
}

impl Answer {
    /// Returns `false` for the responses of Actix where no route matches: 404 for a path, and 405 for a
    /// method. A default service may use them too.
    pub(super) fn is_of_handler(&self) -> bool {
        match self.status {
            Some(StatusCode::NOT_FOUND) => self.is_routed,
            Some(StatusCode::METHOD_NOT_ALLOWED) => false,
            _ => true,
        }
    }
}

impl RecordedApp {
    /// Builds the app that `configure` describes, inside of `auth`, which must record guards.
    pub(super) async fn start(auth: CognitoAuth, configure: &dyn Fn(&mut ServiceConfig)) -> Self {
        let app = App::new()
            .configure(|config: &mut ServiceConfig| configure(config))
            .wrap(auth)
            .wrap_fn(
                |request, service| -> LocalFuture<Result<ServiceResponse, Error>> {
                    if !request.extensions().contains::<Rc<Recording>>() {
                        // The services of the app don't see this request.
                        let response = request.into_response(HttpResponse::NoContent().finish());
                        return Box::pin(async { Ok(response) });
                    }
                    let served = service.call(request);
                    Box::pin(async { Ok(served.await?.map_into_boxed_body()) })
                },
            );
        let service = Rc::new(init_service(app).await);
        let send = move |request: TestRequest, caller| -> LocalFuture<Option<Answered>> {
            let service = Rc::clone(&service);
            let mut request = request.to_request();
            if let Some(Caller {
                principal,
                recording,
            }) = caller
            {
                request.extensions_mut().insert(recording);
                if let Some(principal) = principal {
                    request = request.with_principal(principal);
                }
            }
            Box::pin(async move { answer(&*service, request).await })
        };
        Self {
            send: Box::new(send),
        }
    }

    /// Sends a request, and returns what its guards did.
    ///
    /// The principal takes the place of a token.
    pub(super) async fn send(
        &self,
        request: TestRequest,
        principal: Option<ServicePrincipal>,
        recording: Recording,
    ) -> Answer {
        let recording = Rc::new(recording);
        let caller = Caller {
            principal,
            recording: Rc::clone(&recording),
        };
        let answered = (self.send)(request, Some(caller)).await;
        let request = answered
            .as_ref()
            .and_then(|answered| answered.request.as_ref());
        Answer {
            recording,
            is_routed: request.is_some_and(|request| request.match_info().unprocessed().is_empty()),
            status: answered.map(|answered| answered.status),
        }
    }

    /// Returns a request that no service of the app has seen.
    pub(super) async fn request(&self) -> Option<HttpRequest> {
        (self.send)(TestRequest::default(), None).await?.request
    }
}

/// Calls the service. Returns `None` if it panics or doesn't answer in time.
async fn answer<S, R, B>(service: &S, request: R) -> Option<Answered>
where
    S: Service<R, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let response = actix_web::rt::time::timeout(
        TIMEOUT,
        unless_panicked(async { service.call(request).await }),
    );
    Some(match response.await.ok()?? {
        Ok(response) => Answered {
            status: response.status(),
            request: Some(response.request().clone()),
        },
        Err(error) => Answered {
            status: error.as_response_error().status_code(),
            request: None,
        },
    })
}

/// Returns the output of a future, or `None` if it panics.
async fn unless_panicked<F: Future>(future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        },
    )
    .await
}

/// Runs a task on a thread of its own with an Actix system, and returns its output. So it can be called in
/// an asynchronous test too.
///
/// # Errors
///
/// Returns the message of a panic.
pub(super) fn in_system<T: Send>(task: impl AsyncFnOnce() -> T + Send) -> Result<T, String> {
    let run = || System::new().block_on(async { task().await });
    let joined = std::thread::scope(|scope| scope.spawn(run).join());
    joined.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        text.unwrap_or("no message").to_owned()
    })
}
