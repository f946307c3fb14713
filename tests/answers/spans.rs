//! The log lines of refusals when other middleware also logs requests.

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Logger, Next, from_fn};
use cognito_m2m::MappedUser;
use cognito_m2m_tests::CapturedLog;
use tracing::Instrument;

use super::*;

type Refused<T> = Result<T, actix_web::Error>;

async fn fallback() -> &'static str {
    "fallback"
}

/// Logs the errors of responses in a separate span, as request loggers do.
async fn traced(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let span = tracing::info_span!("outer_span");
    let traced = async move {
        let response = next.call(request).await;
        match &response {
            Ok(response) => {
                if let Some(error) = response.response().error() {
                    tracing::warn!("error of a response: {error:?}");
                }
            }
            Err(error) => tracing::error!("error of a service: {error:?}"),
        }
        response
    };
    traced.instrument(span).await
}

/// A span between the authentication and the handler.
async fn in_inner_span(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    // Like much middleware, it creates the inner future outside of its span.
    next.call(request)
        .instrument(tracing::info_span!("inner_span"))
        .await
}

/// A middleware that requires a principal with an extractor.
async fn requires_principal(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    request.extract::<ServicePrincipal>().await?;
    next.call(request).await
}

async fn principal(_: ServicePrincipal) -> &'static str {
    "served"
}

async fn unmapped(_: MappedUser<String>) -> &'static str {
    "served"
}

async fn passed_on(principal: Refused<ServicePrincipal>) -> Refused<&'static str> {
    principal.map(|_| "served")
}

async fn answered(principal: Refused<ServicePrincipal>) -> HttpResponse {
    match principal {
        Ok(_) => HttpResponse::Ok().finish(),
        // The response is created twice.
        Err(error) => {
            assert!(error.error_response().status().is_client_error());
            error.error_response()
        }
    }
}

pub(super) fn refusing_routes(config: &mut web::ServiceConfig) {
    config
        .configure(routes)
        .configure(authorize::handlers)
        .route("/principal", web::get().to(principal))
        .route("/unmapped", web::get().to(unmapped))
        .route("/passed-on", web::get().to(passed_on))
        .route("/answered", web::get().to(answered))
        .service(
            web::resource("/wrapped")
                .wrap(ADMIN)
                .route(web::get().to(fallback)),
        )
        .service(
            web::resource("/middleware")
                .wrap(from_fn(requires_principal))
                .route(web::get().to(fallback)),
        );
}

#[actix_web::test]
async fn refusal_within_the_spans_of_other_middleware_is_logged_once() {
    let this = refusal_within_the_spans_of_other_middleware_is_logged_once;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    auth.prefetch().await.expect("the keys are fetched");
    let api = Api::at(serve!(move || App::new()
        .wrap(from_fn(in_inner_span))
        .wrap(auth.clone())
        .wrap(Logger::default())
        .wrap(from_fn(traced))
        .configure(refusing_routes)));
    let valid = cognito.token("reporting").sign();
    let none = String::new();
    for (path, token, reason, span) in [
        ("/read", &none, "missing", "inner_span"),
        ("/principal", &none, "missing", "inner_span"),
        ("/unmapped", &none, "missing", "inner_span"),
        ("/passed-on", &none, "missing", "inner_span"),
        ("/answered", &none, "missing", "inner_span"),
        ("/middleware", &none, "missing", "outer_span"),
        ("/wrapped", &none, "missing", "inner_span"),
        ("/two-steps", &none, "missing", "outer_span"),
        ("/read", &"a.b.c".to_owned(), "base64", "outer_span"),
        ("/read", &valid, "insufficient_scope", "inner_span"),
        ("/listed", &valid, "client_not_allowed", "inner_span"),
        ("/post-only", &valid, "method_not_listed", "inner_span"),
        ("/wrapped", &valid, "insufficient_scope", "inner_span"),
        ("/in-handler", &valid, "insufficient_scope", "outer_span"),
        ("/actix", &valid, "insufficient_scope", "outer_span"),
        ("/boxed", &valid, "insufficient_scope", "outer_span"),
        ("/unmapped", &valid, "user_not_mapped", "inner_span"),
    ] {
        let before = log.text().len();
        let answer = match token.as_str() {
            "" => api.get_without_token(path).await,
            token => api.get(path, token).await,
        };
        assert!((401..=403).contains(&answer.status), "{path} {answer:?}");
        let text = log.text().split_off(before);
        let lines: Vec<_> = text
            .lines()
            .filter(|line| {
                line.contains(reason)
                    || line.contains("rror of a ")
                    || line.contains("rror in response")
            })
            // The client and the server log the bytes that they send and receive at TRACE.
            .filter(|line| !line.contains("TRACE"))
            .collect();
        let [line] = lines.as_slice() else {
            panic!("{path} {reason} is logged once: {lines:#?}");
        };
        for part in ["request refused", " INFO ", span, reason] {
            assert!(line.contains(part), "{path} {part}: {line}");
        }
    }
}

#[actix_web::test]
async fn refused_token_is_logged_once_at_one_level() {
    let Some(log) = CapturedLog::alone(refused_token_is_logged_once_at_one_level) else {
        return;
    };
    let fixture = ApiFixture::with_settings(refusing_routes, |settings| {
        settings.fail_on_invalid_bearer(false)
    })
    .await;
    let expired = fixture.cognito.token("reporting").expired().sign();
    for path in [
        "/read",
        "/principal",
        "/wrapped",
        "/middleware",
        "/unmapped",
    ] {
        let before = log.text().len();
        assert_eq!(fixture.api.get(path, &expired).await.status, 401);
        let text = log.text().split_off(before);
        let with_reason = text
            .lines()
            .filter(|line| line.contains(r#"reason="expired""#));
        assert_eq!(with_reason.count(), 1, "{path}: {text}");
    }
}
