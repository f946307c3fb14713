use std::cell::Cell;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{Handler, Service, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::test::TestRequest;
use actix_web::{App, Error, FromRequest, Responder, rt, test, web};
use cognito_m2m::CognitoAuth;

use crate::measure::{measure, ready_pinned};

/// The time in which the first response must have the expected status.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The same requests again and again, and the status of their responses.
pub(crate) struct Requests {
    /// Values of the `Authorization` header, used in turn. Without one, requests have no such header.
    authorizations: Vec<String>,
    status: StatusCode,
    iterations: u32,
    /// Whether each request has a token that the middleware has not seen before.
    at_first_sight: bool,
}

impl Requests {
    /// Requests with these tokens in turn, which are accepted and known when the count begins.
    pub(crate) fn accepted(tokens: Vec<String>, iterations: u32) -> Self {
        let bearer = |token| format!("Bearer {token}");
        let authorizations = tokens.into_iter().map(bearer).collect();
        Self {
            authorizations,
            status: StatusCode::OK,
            iterations,
            at_first_sight: false,
        }
    }

    /// Requests that are accepted, each with another one of these tokens.
    pub(crate) fn accepted_at_first_sight(tokens: Vec<String>, iterations: u32) -> Self {
        Self {
            at_first_sight: true,
            ..Self::accepted(tokens, iterations)
        }
    }

    /// Requests with this value of the `Authorization` header, which are refused.
    pub(crate) fn refused(authorization: Option<String>, status: u16, iterations: u32) -> Self {
        Self {
            authorizations: authorization.into_iter().collect(),
            status: StatusCode::from_u16(status).expect("the status is valid"),
            iterations,
            at_first_sight: false,
        }
    }

    /// Counts the instructions of a handler without the middleware, and of the app around it.
    pub(crate) async fn send_to_bare<H, A>(self, handler: H)
    where
        H: Handler<A, Output: Responder>,
        A: FromRequest + 'static,
    {
        let app = App::new().route("/", web::get().to(handler));
        self.send(&test::init_service(app).await, TestRequest::to_request)
            .await;
    }

    /// Counts the instructions of a handler inside the middleware, and of the app around them.
    pub(crate) async fn send_to_wrapped<H, A>(self, auth: CognitoAuth, handler: H)
    where
        H: Handler<A, Output: Responder>,
        A: FromRequest + 'static,
    {
        let app = App::new().wrap(auth).route("/", web::get().to(handler));
        self.send(&test::init_service(app).await, TestRequest::to_request)
            .await;
    }

    async fn send<S, R, B>(&self, app: &S, to_request: fn(TestRequest) -> R)
    where
        S: Service<R, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody,
    {
        let next = Cell::new(0);
        let request = || {
            let request = TestRequest::get().uri("/");
            let count = self.authorizations.len().max(1);
            assert!(!self.at_first_sight || next.get() < count, "too few tokens");
            let authorization = self.authorizations.get(next.get() % count);
            next.set(next.get() + 1);
            to_request(match authorization {
                Some(value) => request.insert_header((header::AUTHORIZATION, value.as_str())),
                None => request,
            })
        };
        // The first one may wait for a fetch. Cut-offs may not have been read yet.
        let started = Instant::now();
        while status(app, request()).await != self.status {
            assert!(started.elapsed() < START_TIMEOUT, "unexpected status");
            rt::time::sleep(Duration::from_millis(10)).await;
        }
        if !self.at_first_sight && self.authorizations.len() > 1 {
            // The worker keeps each token.
            for _ in &self.authorizations {
                assert_eq!(status(app, request()).await, self.status);
            }
        }
        measure(
            self.iterations,
            || Box::pin(status(app, request())),
            |mut status| ready_pinned(status.as_mut()) == self.status,
        );
    }
}

/// Returns the status of the response. A refusal by the middleware is an error of the service, from
/// which Actix's server makes the response.
async fn status<S, R, B>(app: &S, request: R) -> StatusCode
where
    S: Service<R, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    match app.call(request).await {
        Ok(response) => response.status(),
        Err(error) => error.error_response().status(),
    }
}
