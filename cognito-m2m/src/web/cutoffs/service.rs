use std::fmt;
use std::future::Future;
use std::time::SystemTime;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, rt, web};

use super::answer;
use super::change::{self, MAX_BODY_BYTES};
use super::source::CutoffSource;
use crate::cutoff::{CutoffError, CutoffStore, rfc_3339};
use crate::error_chain::causes;
use crate::policy::Policy;
use crate::qualified_client_id::QualifiedClientId;
use crate::web::request::RequestPrincipal;

/// An Actix service that lists, sets and lifts [cut-offs](crate::cutoff) as JSON, for callers that a
/// [`Policy`] admits.
///
/// Pass it to `App::service`, below [`CognitoAuth`](crate::CognitoAuth), with the store that you pass to
/// [`CognitoAuthBuilder::cutoff_store`](crate::CognitoAuthBuilder::cutoff_store). At the path
/// `/admin/cutoffs`, it serves:
///
/// | request | response |
/// | --- | --- |
/// | `GET /admin/cutoffs` | 200 with all cut-offs, sorted by client ID |
/// | `PUT /admin/cutoffs/{client_id}` | 200 with the cut-off, which replaces a previous one |
/// | `DELETE /admin/cutoffs/{client_id}` | 204, or 404 if the client has no cut-off |
///
/// A client of an additional user pool is `pool:client_id`. Both members of the body of `PUT` are
/// optional, and so is the body:
///
/// ```json
/// {"tokens_issued_before": "2026-11-26T12:00:00Z", "reason": "the secret has leaked"}
/// ```
///
/// `tokens_issued_before` defaults to the current time. `reason` has up to 1000 characters. The response
/// to `GET`:
///
/// ```json
/// {
///   "cutoffs": [
///     {
///       "client_id": "sync-worker",
///       "tokens_issued_before": "2026-11-26T12:00:00Z",
///       "reason": "the secret has leaked",
///       "set_at": "2026-11-26T11:59:59.25Z"
///     }
///   ]
/// }
/// ```
///
/// The response is 400 with the member `detail` if a request is malformed, 413 if the body is larger
/// than 16 KiB, and 503 if the store fails or does not answer within 5 s. A change that is answered with
/// 503 may have been applied: repeat it.
///
/// Each change is logged at INFO with the client that made it (`caller`), the client that it affects
/// (`client_id`), the time and the reason. A caller may cut itself off.
///
/// # Examples
///
/// ```
/// use actix_web::App;
/// use cognito_m2m::cutoff::CutoffFile;
/// use cognito_m2m::{ClientCutoffs, CognitoAuth, Policy};
///
/// # fn example(auth: CognitoAuth) -> Result<(), Box<dyn std::error::Error>> {
/// let store = CutoffFile::new("cutoffs.json");
/// let cutoffs = ClientCutoffs::new("/admin/cutoffs", store, Policy::scopes(["widgets/admin"])?);
/// let app = move || App::new().wrap(auth.clone()).service(cutoffs.clone());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientCutoffs {
    path: String,
    source: CutoffSource,
    policy: Policy,
}

impl ClientCutoffs {
    /// Creates the service at this URL path, for callers that the policy admits.
    pub fn new(path: impl Into<String>, store: impl CutoffStore, policy: Policy) -> Self {
        Self {
            path: path.into(),
            source: CutoffSource::new(store),
            policy,
        }
    }
}

impl HttpServiceFactory for ClientCutoffs {
    fn register(self, config: &mut AppService) {
        let path = self.path.trim_end_matches('/');
        let source = web::Data::new(self.source);
        web::resource(path)
            .app_data(source.clone())
            .wrap(self.policy.clone())
            .route(web::get().to(list))
            .route(web::head().to(list))
            .default_service(web::to(|| async {
                answer::method_not_allowed("GET, HEAD")
            }))
            .register(config);
        web::resource(format!("{path}/{{client_id}}"))
            .app_data(source)
            .wrap(self.policy)
            .route(web::put().to(set))
            .route(web::delete().to(lift))
            .default_service(web::to(|| async {
                answer::method_not_allowed("PUT, DELETE")
            }))
            .register(config);
    }
}

/// The client ID in the path. It is an error if it is not valid UTF-8.
type ClientIdInPath = Result<web::Path<String>, actix_web::Error>;

async fn list(source: web::Data<CutoffSource>) -> HttpResponse {
    match source.list().await {
        Some(cutoffs) => answer::list(&cutoffs),
        None => answer::unavailable(),
    }
}

async fn set(
    source: web::Data<CutoffSource>,
    request: HttpRequest,
    client_id: ClientIdInPath,
    payload: web::Payload,
) -> HttpResponse {
    let Ok(client_id) = client_id else {
        return answer::problem(StatusCode::BAD_REQUEST, "expected a client ID in UTF-8");
    };
    let body = match payload.to_bytes_limited(MAX_BODY_BYTES).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return answer::problem(StatusCode::BAD_REQUEST, "the body is incomplete");
        }
        Err(_) => {
            let detail = "expected a body of at most 16 KiB";
            return answer::problem(StatusCode::PAYLOAD_TOO_LARGE, detail);
        }
    };
    let cutoff = match change::parse(&client_id, &body, SystemTime::now()) {
        Ok(cutoff) => cutoff,
        Err(problem) => return answer::problem(StatusCode::BAD_REQUEST, &problem),
    };
    let caller = caller(&request);
    to_the_end(async move {
        let set = source.set(cutoff.clone()).await;
        log_failure(&set, &caller, cutoff.client_id());
        if set.is_err() {
            return answer::unavailable();
        }
        tracing::info!(
            caller,
            client_id = cutoff.client_id(),
            tokens_issued_before = rfc_3339::format(cutoff.tokens_issued_before()),
            reason = cutoff.reason(),
            "a cut-off has been set"
        );
        answer::one(&cutoff)
    })
    .await
}

async fn lift(
    source: web::Data<CutoffSource>,
    request: HttpRequest,
    client_id: ClientIdInPath,
) -> HttpResponse {
    let client_id = client_id.map(web::Path::into_inner).unwrap_or_default();
    let client_id = match QualifiedClientId::new(client_id) {
        Ok(client_id) => client_id.without_default_pool(),
        Err(error) => return answer::problem(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let caller = caller(&request);
    to_the_end(async move {
        let client_id = client_id.as_str();
        let lifted = source.lift(client_id).await;
        log_failure(&lifted, &caller, client_id);
        match lifted {
            Ok(true) => {
                tracing::info!(caller, client_id, "a cut-off has been lifted");
                answer::no_content()
            }
            Ok(false) => answer::problem(StatusCode::NOT_FOUND, "The client has no cut-off."),
            Err(_) => answer::unavailable(),
        }
    })
    .await
}

/// Runs a change to its end, even if the caller disconnects, so that every change is logged.
async fn to_the_end(change: impl Future<Output = HttpResponse> + 'static) -> HttpResponse {
    let done = rt::spawn(change).await;
    done.unwrap_or_else(|_| answer::unavailable())
}

/// Returns the client ID of the caller, whom the policy has admitted.
fn caller(request: &HttpRequest) -> String {
    let principal = request.service_principal();
    principal.map_or_else(String::new, |principal| {
        QualifiedClientId::from_parts(principal.pool(), principal.client_id()).to_string()
    })
}

fn log_failure<T>(result: &Result<T, CutoffError>, caller: &str, client_id: &str) {
    if let Err(error) = result {
        let cause = causes(error);
        tracing::warn!(%error, cause, caller, client_id, "failed to change a cut-off");
    }
}

impl fmt::Debug for ClientCutoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCutoffs")
            .field("path", &self.path)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
