use std::fmt;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::parameters;
use super::source::Source;
use crate::activity::{ActivityReader, ClientQuery, ClientRows, Timestamp};
use crate::policy::Policy;

/// The list of clients as JSON, under a [`Policy`], as a service for `App::service`.
///
/// `GET` with the parameters `search` (a part of the client id, ASCII letters in either case),
/// `sort` (`client_id`, `first_seen_at` or `last_seen_at`, with a `-` in front for the greatest
/// first; default `-last_seen_at`), `page` (from 1) and `per_page` (1 to 500, default 50). All may
/// be left out; other names are left alone.
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
/// A bad parameter is answered 400, a store that doesn't answer within 5 s 503. A further user
/// pool's clients have its name in front: `partners:sync-worker`.
///
/// # Examples
///
/// ```
/// use actix_web::App;
/// use cognito_m2m::activity::ActivityReader;
/// use cognito_m2m::{ClientActivityList, CognitoAuth, Policy};
///
/// # fn example(auth: CognitoAuth, reader: impl ActivityReader) -> Result<(), Box<dyn std::error::Error>> {
/// // `reader` is `SqliteActivity::new("api.db").reader()`, or that of another store.
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
    /// Serves the list at this path to those whom the policy admits. `CognitoAuth` must be around
    /// it.
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
            async move { answer(&source, &request).await }
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

async fn answer(source: &Source, request: &HttpRequest) -> HttpResponse {
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
            .json(Body::of(rows, &query)),
        None => {
            let detail = "The list of clients is temporarily unavailable.".to_owned();
            HttpResponse::ServiceUnavailable()
                .insert_header((RETRY_AFTER, "1"))
                .json(Problem { detail })
        }
    }
}

impl Body {
    fn of(rows: ClientRows, query: &ClientQuery) -> Self {
        let clients = rows.clients.into_iter().map(|seen| Client {
            client_id: seen.client_id,
            first_seen_at: rfc_3339(seen.first_seen_at),
            last_seen_at: rfc_3339(seen.last_seen_at),
        });
        Self {
            clients: clients.collect(),
            total: rows.total,
            page: query.page(),
            per_page: query.limit(),
        }
    }
}

pub(super) fn rfc_3339(timestamp: Timestamp) -> String {
    format!("{}Z", timestamp.to_string().replace(' ', "T"))
}
