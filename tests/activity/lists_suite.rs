use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, error};
use cognito_m2m::activity::{ActivityReader, ActivityStore, ClientActivity, Timestamp};
use cognito_m2m::reqwest::Method;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{ClientActivityList, ClientActivityPage, CognitoAuth, Policy};
use cognito_m2m_tests::{Answer, Api, serve};
use serde_json::Value;

/// A name that a table may hold though no client of Cognito has it.
pub(super) const HOSTILE: &str = "<script>document.title='taken'</script>\"'&amp;";

/// 2026-01-01 00:00:00 UTC.
const NEW_YEAR: u64 = 1_767_225_600_000_000;

pub(super) fn sighting(client_id: &str, first: u64, last: u64) -> ClientActivity {
    let timestamp = |micros| Timestamp::from(Duration::from_micros(NEW_YEAR + micros));
    ClientActivity {
        client_id: client_id.into(),
        first_seen_at: timestamp(first),
        last_seen_at: timestamp(last),
    }
}

/// 120 clients, the later the longer their number, and four with something in their names.
pub(super) async fn fill(mut store: impl ActivityStore) {
    let numbered = (0..120_u64).map(|number| {
        let id = format!("Client-{number:03}");
        sighting(&id, 120 - number, 1_000_000 * (number + 1))
    });
    let named = ["50%_off", "50-x-off", "a!b", HOSTILE].map(|id| sighting(id, 500, 500));
    let batch: Arc<[ClientActivity]> = numbered.chain(named).collect();
    store.write(batch).await.expect("a write");
}

async fn login(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.headers().contains_key("x-operator") {
        next.call(request).await
    } else {
        Err(error::ErrorForbidden("log in first"))
    }
}

/// An API with the list at `/admin/clients`, and the page behind a login and bare.
pub(super) struct Operators {
    cognito: LocalCognito,
    pub(super) api: Api,
}

impl Operators {
    pub(super) async fn over(reader: impl ActivityReader + Clone) -> Self {
        let cognito = LocalCognito::start().expect("a local Cognito");
        let auth = CognitoAuth::builder()
            .settings(cognito.settings())
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let policy = Policy::scopes(["widgets/admin"]).expect("a scope");
        let list = ClientActivityList::new("/admin/clients", reader.clone(), policy);
        let page = ClientActivityPage::new("/clients", reader.clone());
        let bare = ClientActivityPage::new("/bare", reader);
        let api = Api::at(serve!(move || {
            App::new()
                .wrap(auth.clone())
                .service(list.clone())
                .service(page.clone().wrap(from_fn(login)))
                .service(bare.clone().danger_unguarded())
        }));
        Self { cognito, api }
    }

    fn token(&self, scope: &str) -> String {
        self.cognito.token("operator").scopes([scope]).sign()
    }

    pub(super) async fn list(&self, query: &str) -> Answer {
        let token = self.token("widgets/admin");
        self.api
            .get(&format!("/admin/clients{query}"), &token)
            .await
    }

    async fn json(&self, query: &str) -> Value {
        let answer = self.list(query).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        serde_json::from_str(&answer.body).expect("JSON")
    }

    pub(super) async fn page(&self, query: &str) -> Answer {
        self.api.get_without_token(&format!("/bare{query}")).await
    }
}

fn ids(body: &Value) -> Vec<&str> {
    let clients = body["clients"].as_array().expect("clients");
    let ids = clients.iter().map(|client| client["client_id"].as_str());
    ids.map(|id| id.expect("a client id")).collect()
}

/// The JSON list over one database.
pub(super) async fn the_list_is_searched_sorted_and_paged(reader: impl ActivityReader + Clone) {
    let operators = Operators::over(reader).await;
    let all = operators.json("").await;
    assert_eq!((&all["total"], &all["page"]), (&124.into(), &1.into()));
    assert_eq!((ids(&all).len(), &all["per_page"]), (50, &50.into()));
    let latest = &all["clients"][0];
    assert_eq!(latest["client_id"], "Client-119");
    assert_eq!(latest["first_seen_at"], "2026-01-01T00:00:00.000001Z");
    assert_eq!(latest["last_seen_at"], "2026-01-01T00:02:00.000000Z");

    let found = operators.json("?search=cLIENT-01").await;
    assert_eq!((ids(&found).len(), &found["total"]), (10, &10.into()));
    for (search, id) in [
        ("50%25_", "50%_off"),
        ("a!b", "a!b"),
        ("_OFF", "50%_off"),
        ("%3Cscript", HOSTILE),
    ] {
        let found = operators.json(&format!("?search={search}")).await;
        assert_eq!(ids(&found), [id], "{search}");
    }
    let nobody = operators.json("?search=%27%20OR%201%3D1%20--").await;
    assert_eq!((ids(&nobody).len(), &nobody["total"]), (0, &0.into()));

    for (sort, first, last) in [
        ("client_id", "Client-000", "Client-119"),
        ("-client_id", "Client-119", "Client-000"),
        ("first_seen_at", "Client-119", "Client-000"),
        ("-first_seen_at", "Client-000", "Client-119"),
        ("last_seen_at", "Client-000", "Client-119"),
        ("-last_seen_at", "Client-119", "Client-000"),
    ] {
        let query = format!("?search=client-&per_page=500&sort={sort}");
        let sorted = operators.json(&query).await;
        let ids = ids(&sorted);
        assert_eq!(
            (ids.first(), ids.last()),
            (Some(&first), Some(&last)),
            "{sort}"
        );
        assert_eq!(ids.len(), 120);
    }
    the_pages_hold_everybody_once(&operators).await;
    let beyond = operators.json("?page=4294967295&per_page=500").await;
    assert_eq!((ids(&beyond).len(), &beyond["total"]), (0, &124.into()));
}

/// Equals have an order too: nobody is on two pages, or on none.
async fn the_pages_hold_everybody_once(operators: &Operators) {
    let mut everybody = Vec::new();
    for page in 1..=5 {
        let body = operators
            .json(&format!("?sort=-last_seen_at&page={page}&per_page=30"))
            .await;
        everybody.extend(ids(&body).into_iter().map(str::to_owned));
    }
    assert_eq!(everybody.len(), 124);
    everybody.sort();
    everybody.dedup();
    assert_eq!(everybody.len(), 124);
}

/// Who may see it, and what else is answered; one database tells for all.
pub(super) async fn the_list_is_guarded(reader: impl ActivityReader + Clone) {
    let operators = Operators::over(reader).await;
    let api = &operators.api;
    assert_eq!(api.get_without_token("/admin/clients").await.status, 401);
    let wrong = operators.token("widgets/read");
    assert_eq!(api.get("/admin/clients", &wrong).await.status, 403);
    let post = api
        .request(Method::POST, "/admin/clients")
        .bearer_auth(operators.token("widgets/admin"));
    assert_eq!(Answer::receive(post).await.status, 405);
    for query in ["?page=0", "?sort=name", "?per_page=501", "?search=%00"] {
        let answer = operators.list(query).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.detail().starts_with("expected `"), "{}", answer.body);
    }
}

/// The page over one database.
pub(super) async fn the_page_shows_the_same(reader: impl ActivityReader + Clone) {
    let operators = Operators::over(reader).await;
    let page = operators.page("?search=client-00&sort=client_id").await;
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
    let second = operators.page("?page=2&per_page=50").await;
    assert!(second.body.contains("Page 2 of 3, 124 clients"));
    for link in [
        "page=1&amp;per_page=50\">Previous<",
        "page=3&amp;per_page=50\">Next<",
    ] {
        assert!(second.body.contains(link), "{link}");
    }
}

pub(super) async fn the_page_is_escaped_and_behind_a_login(reader: impl ActivityReader + Clone) {
    let operators = Operators::over(reader).await;
    let api = &operators.api;
    assert_eq!(api.get_without_token("/clients").await.status, 403);
    let known = api
        .request(Method::GET, "/clients")
        .header("x-operator", "ada");
    assert_eq!(Answer::receive(known).await.status, 200);
    let post = Answer::receive(api.request(Method::POST, "/bare")).await;
    assert_eq!(post.status, 405);

    let page = operators.page("?search=%3Cscript%3E%22").await;
    assert!(!page.body.contains("<script"), "{}", page.body);
    assert!(page.body.contains("value=\"&lt;script&gt;&quot;\""));
    let hostile = operators.page("?search=script").await;
    assert!(!hostile.body.contains("<script"), "{}", hostile.body);
    assert!(
        hostile
            .body
            .contains("&lt;script&gt;document.title=&#39;taken&#39;")
    );
    let bad = operators.page("?page=none").await;
    assert_eq!(bad.status, 400);
    assert!(bad.body.contains("expected `page` to be a whole number"));

    let response = api
        .request(Method::GET, "/bare")
        .send()
        .await
        .expect("an answer");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
}
