use std::fmt;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::parameters;
use super::source::Source;
use crate::activity::{ActivityReader, ClientQuery, ClientRows};
use crate::policy::Policy;

/// An Actix service that returns client activity as JSON to callers that a [`Policy`] admits.
///
/// Pass it to `App::service`, below [`CognitoAuth`](crate::CognitoAuth). It serves `GET` and `HEAD`
/// with these query parameters, all of which are optional:
///
/// | parameter | value | default |
/// | --- | --- | --- |
/// | `search` | a part of the client ID, ignoring ASCII case | all clients |
/// | `sort` | `client_id`, `first_seen_at` or `last_seen_at`, with a leading `-` for descending order | `-last_seen_at` |
/// | `page` | a number from 1 | 1 |
/// | `per_page` | a number from 1 to 500 | 50 |
///
/// Other parameters are ignored. The response:
///
/// ```json
/// {
///   "clients": [
///     {
///       "client_id": "sync-worker",
///       "first_seen_at": "2026-01-01T00:00:00.000042Z",
///       "last_seen_at": "2026-01-02T12:30:00.000000Z"
///     }
///   ],
///   "total": 1, "page": 1, "per_page": 50
/// }
/// ```
///
/// `total` is the number of clients on all pages. The ID of a client of an additional user pool is
/// prefixed with the name of the pool, as in `partners:sync-worker`.
///
/// The response is 400 if a parameter is invalid, and 503 if the store fails or does not answer
/// within 5 s.
///
/// # Examples
///
/// ```
/// use actix_web::App;
/// use cognito_m2m::activity::ActivityReader;
/// use cognito_m2m::{ClientActivityList, CognitoAuth, Policy};
///
/// # fn example(auth: CognitoAuth, reader: impl ActivityReader) -> Result<(), Box<dyn std::error::Error>> {
/// // `reader` is `SqliteActivity::new("api.db").reader()`, or the reader of another store.
/// let clients = ClientActivityList::new("/admin/clients", reader, Policy::scopes(["widgets/admin"])?);
/// let app = move || App::new().wrap(auth.clone()).service(clients.clone());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientActivityList {
    path: String,
    source: Source,
    policy: Policy,
}

impl ClientActivityList {
    /// Creates the service at this URL path, for callers that the policy admits.
    pub fn new(path: impl Into<String>, reader: impl ActivityReader, policy: Policy) -> Self {
        Self {
            path: path.into(),
            source: Source::new(reader),
            policy,
        }
    }
}

impl HttpServiceFactory for ClientActivityList {
    fn register(self, config: &mut AppService) {
        let source = self.source;
        let list = move |request: HttpRequest| {
            let source = source.clone();
            async move { respond(&source, &request).await }
        };
        web::resource(self.path)
            .wrap(self.policy)
            .route(web::get().to(list.clone()))
            .route(web::head().to(list))
            .register(config);
    }
}

impl fmt::Debug for ClientActivityList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientActivityList")
            .field("path", &self.path)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Body {
    clients: Vec<Client>,
    total: u64,
    page: u32,
    per_page: u32,
}

#[derive(Serialize)]
struct Client {
    client_id: Box<str>,
    first_seen_at: String,
    last_seen_at: String,
}

#[derive(Serialize)]
struct Problem {
    detail: String,
}

async fn respond(source: &Source, request: &HttpRequest) -> HttpResponse {
    let query = match parameters::parse(request.query_string()) {
        Ok(query) => query,
        Err(problem) => {
            let detail = problem.to_string();
            return HttpResponse::BadRequest().json(Problem { detail });
        }
    };
    match source.list(&query).await {
        Some(rows) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(Body::new(rows, &query)),
        None => {
            let detail = "The list of clients is temporarily unavailable.".to_owned();
            HttpResponse::ServiceUnavailable()
                .insert_header((RETRY_AFTER, "1"))
                .json(Problem { detail })
        }
    }
}

impl Body {
    fn new(rows: ClientRows, query: &ClientQuery) -> Self {
        let clients = rows.clients.into_iter().map(|client| Client {
            client_id: client.client_id,
            first_seen_at: client.first_seen_at.to_rfc_3339(),
            last_seen_at: client.last_seen_at.to_rfc_3339(),
        });
        Self {
            clients: clients.collect(),
            total: rows.total,
            page: query.page(),
            per_page: query.limit(),
        }
    }
}
