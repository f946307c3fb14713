use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, error};
use cognito_m2m::activity::{ActivityReader, ActivityStore, ClientActivity};
use cognito_m2m::reqwest::Method;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{ClientActivityList, ClientActivityPage, CognitoAuth, Policy};
use cognito_m2m_tests::{Answer, Api, serve};
use serde_json::Value;

use super::table::activity_of;

/// A client ID with HTML in it. Cognito never issues one, but the table could contain it.
pub(super) const HOSTILE_CLIENT_ID: &str = "<script>document.title='taken'</script>\"'&amp;";

/// Writes 120 clients, whose last requests are in the order of their numbers, and four clients with
/// special characters in their IDs.
pub(super) async fn fill(mut store: impl ActivityStore) {
    let numbered = (0..120_u64).map(|number| {
        let id = format!("Client-{number:03}");
        activity_of(&id, 120 - number, 1_000_000 * (number + 1))
    });
    let special =
        ["50%_off", "50-x-off", "a!b", HOSTILE_CLIENT_ID].map(|id| activity_of(id, 500, 500));
    let batch: Arc<[ClientActivity]> = numbered.chain(special).collect();
    store.write(batch).await.expect("the batch is written");
}

async fn require_login(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.headers().contains_key("x-operator") {
        next.call(request).await
    } else {
        Err(error::ErrorForbidden("log in first"))
    }
}

/// An API with the list at `/admin/clients`, the page at `/clients` with a login, and the page at
/// `/bare` without one.
pub(super) struct OperatorApi {
    cognito: LocalCognito,
    pub(super) http: Api,
}

impl OperatorApi {
    pub(super) async fn start(reader: impl ActivityReader + Clone) -> Self {
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let auth = CognitoAuth::builder()
            .settings(cognito.settings())
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let policy = Policy::scopes(["widgets/admin"]).expect("the scope is valid");
        let list = ClientActivityList::new("/admin/clients", reader.clone(), policy);
        let page = ClientActivityPage::new("/clients", reader.clone());
        let bare = ClientActivityPage::new("/bare", reader);
        let http = Api::at(serve!(move || {
            App::new()
                .wrap(auth.clone())
                .service(list.clone())
                .service(page.clone().wrap(from_fn(require_login)))
                .service(bare.clone().danger_unguarded())
        }));
        Self { cognito, http }
    }

    fn token(&self, scope: &str) -> String {
        self.cognito.token("operator").scopes([scope]).sign()
    }

    pub(super) async fn list(&self, query: &str) -> Answer {
        let token = self.token("widgets/admin");
        self.http
            .get(&format!("/admin/clients{query}"), &token)
            .await
    }

    async fn json(&self, query: &str) -> Value {
        let answer = self.list(query).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        serde_json::from_str(&answer.body).expect("the body is JSON")
    }

    pub(super) async fn page(&self, query: &str) -> Answer {
        self.http.get_without_token(&format!("/bare{query}")).await
    }
}

fn client_ids(body: &Value) -> Vec<&str> {
    let clients = body["clients"].as_array().expect("an array of clients");
    let ids = clients.iter().map(|client| client["client_id"].as_str());
    ids.map(|id| id.expect("a client ID")).collect()
}

pub(super) async fn list_is_searched_sorted_and_paged(reader: impl ActivityReader + Clone) {
    let api = OperatorApi::start(reader).await;
    first_page_has_the_latest_clients(&api).await;
    search_matches_parts_of_ids(&api).await;
    list_can_be_sorted_by_every_column(&api).await;
    pages_contain_every_client_once(&api).await;
}

async fn first_page_has_the_latest_clients(api: &OperatorApi) {
    let all = api.json("").await;
    assert_eq!((&all["total"], &all["page"]), (&124.into(), &1.into()));
    assert_eq!((client_ids(&all).len(), &all["per_page"]), (50, &50.into()));
    let latest = &all["clients"][0];
    assert_eq!(latest["client_id"], "Client-119");
    assert_eq!(latest["first_seen_at"], "2026-01-01T00:00:00.000001Z");
    assert_eq!(latest["last_seen_at"], "2026-01-01T00:02:00.000000Z");
}

async fn search_matches_parts_of_ids(api: &OperatorApi) {
    let found = api.json("?search=cLIENT-01").await;
    assert_eq!(
        (client_ids(&found).len(), &found["total"]),
        (10, &10.into())
    );
    for (search, id) in [
        ("50%25_", "50%_off"),
        ("a!b", "a!b"),
        ("_OFF", "50%_off"),
        ("%3Cscript", HOSTILE_CLIENT_ID),
    ] {
        let found = api.json(&format!("?search={search}")).await;
        assert_eq!(client_ids(&found), [id], "{search}");
    }
    let none = api.json("?search=%27%20OR%201%3D1%20--").await;
    assert_eq!((client_ids(&none).len(), &none["total"]), (0, &0.into()));
}

async fn list_can_be_sorted_by_every_column(api: &OperatorApi) {
    for (sort, first, last) in [
        ("client_id", "Client-000", "Client-119"),
        ("-client_id", "Client-119", "Client-000"),
        ("first_seen_at", "Client-119", "Client-000"),
        ("-first_seen_at", "Client-000", "Client-119"),
        ("last_seen_at", "Client-000", "Client-119"),
        ("-last_seen_at", "Client-119", "Client-000"),
    ] {
        let query = format!("?search=client-&per_page=500&sort={sort}");
        let sorted = api.json(&query).await;
        let ids = client_ids(&sorted);
        assert_eq!(
            (ids.first(), ids.last()),
            (Some(&first), Some(&last)),
            "{sort}"
        );
        assert_eq!(ids.len(), 120);
    }
}

/// Clients with equal times have a stable order, so that each is on exactly one page.
async fn pages_contain_every_client_once(api: &OperatorApi) {
    let mut listed = Vec::new();
    for page in 1..=5 {
        let body = api
            .json(&format!("?sort=-last_seen_at&page={page}&per_page=30"))
            .await;
        listed.extend(client_ids(&body).into_iter().map(str::to_owned));
    }
    assert_eq!(listed.len(), 124);
    listed.sort();
    listed.dedup();
    assert_eq!(listed.len(), 124);
    let beyond = api.json("?page=4294967295&per_page=500").await;
    assert_eq!(
        (client_ids(&beyond).len(), &beyond["total"]),
        (0, &124.into())
    );
}

/// Checks who may read the list, and which requests are rejected.
pub(super) async fn list_requires_its_policy(reader: impl ActivityReader + Clone) {
    let api = OperatorApi::start(reader).await;
    let client = &api.http;
    assert_eq!(client.get_without_token("/admin/clients").await.status, 401);
    let wrong = api.token("widgets/read");
    assert_eq!(client.get("/admin/clients", &wrong).await.status, 403);
    let post = client
        .request(Method::POST, "/admin/clients")
        .bearer_auth(api.token("widgets/admin"));
    assert_eq!(Answer::receive(post).await.status, 405);
    for query in ["?page=0", "?sort=name", "?per_page=501", "?search=%00"] {
        let answer = api.list(query).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.detail().starts_with("expected `"), "{}", answer.body);
    }
}

pub(super) async fn page_shows_the_clients_of_the_list(reader: impl ActivityReader + Clone) {
    let api = OperatorApi::start(reader).await;
    let page = api.page("?search=client-00&sort=client_id").await;
    assert_eq!(page.status, 200);
    assert!(
        page.body
            .contains("<td data-label=\"Client\">Client-009</td>")
    );
    assert!(
        page.body
            .contains("datetime=\"2026-01-01T00:00:10.000000Z\">2026-01-01 00:00:10 UTC<")
    );
    assert!(page.body.contains("Page 1 of 1, 10 clients"));
    let second = api.page("?page=2&per_page=50").await;
    assert!(second.body.contains("Page 2 of 3, 124 clients"));
    for link in [
        "page=1&amp;per_page=50\">Previous<",
        "page=3&amp;per_page=50\">Next<",
    ] {
        assert!(second.body.contains(link), "{link}");
    }
}

pub(super) async fn page_requires_a_login(reader: impl ActivityReader + Clone) {
    let api = OperatorApi::start(reader).await;
    let client = &api.http;
    assert_eq!(client.get_without_token("/clients").await.status, 403);
    let logged_in = client
        .request(Method::GET, "/clients")
        .header("x-operator", "ada");
    assert_eq!(Answer::receive(logged_in).await.status, 200);
    let post = Answer::receive(client.request(Method::POST, "/bare")).await;
    assert_eq!(post.status, 405);
}

pub(super) async fn page_escapes_client_ids_and_queries(reader: impl ActivityReader + Clone) {
    let api = OperatorApi::start(reader).await;
    let page = api.page("?search=%3Cscript%3E%22").await;
    assert!(!page.body.contains("<script"), "{}", page.body);
    assert!(page.body.contains("value=\"&lt;script&gt;&quot;\""));
    let hostile = api.page("?search=script").await;
    assert!(!hostile.body.contains("<script"), "{}", hostile.body);
    assert!(
        hostile
            .body
            .contains("&lt;script&gt;document.title=&#39;taken&#39;")
    );
    let bad = api.page("?page=none").await;
    assert_eq!(bad.status, 400);
    assert!(bad.body.contains("expected `page` to be a whole number"));
}

pub(super) async fn page_has_security_headers(reader: impl ActivityReader + Clone) {
    let api = OperatorApi::start(reader).await;
    let response = api
        .http
        .request(Method::GET, "/bare")
        .send()
        .await
        .expect("the server answers");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("a header value in ASCII");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
}
