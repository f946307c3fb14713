//! Creating, reading, changing and removing widgets, and the responses to invalid requests.

use cognito_m2m::testing::LocalCognito;
use serde_json::{Value, json};

use crate::{
    databases::{TestDatabase, on_each_database},
    program::Widgets,
    user_pool::{cognito, token},
};

on_each_database!(
    widget_is_created_changed_and_removed,
    response_to_a_new_widget_has_its_location,
    unknown_id_is_404,
    invalid_body_is_400_with_a_reason,
    longest_and_unusual_names_are_stored_unchanged,
    unknown_method_is_405_with_the_allowed_ones,
);

struct Api {
    widgets: Widgets,
    token: String,
    // Serves the keys as long as the test runs.
    _cognito: LocalCognito,
}

impl Api {
    fn start(database: &TestDatabase) -> Self {
        let cognito = cognito();
        let url = database.url();
        Self {
            widgets: Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]),
            token: token(&cognito, &["widgets/read", "widgets/write"]),
            _cognito: cognito,
        }
    }

    fn send(&self, method: &str, path: &str) -> (u16, Value) {
        let response = self.widgets.send(method, path, Some(&self.token));
        (response.status, response.json())
    }

    fn send_json(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let response = self.widgets.send_json(method, path, &self.token, body);
        (response.status, response.json())
    }
}

fn widget_is_created_changed_and_removed(database: &TestDatabase) {
    let api = Api::start(database);
    let gear = json!({"id": 1, "name": "gear"});
    let cog = json!({"id": 1, "name": "cog"});
    let wheel = json!({"id": 1, "name": "wheel"});

    assert_eq!(api.send("GET", "/widgets"), (200, json!([])));
    assert_eq!(
        api.send_json("POST", "/widgets", &json!({"name": "gear"})),
        (201, gear.clone())
    );
    assert_eq!(api.send("GET", "/widgets"), (200, json!([gear])));
    assert_eq!(api.send("GET", "/widgets/1"), (200, gear));

    assert_eq!(
        api.send_json("PUT", "/widgets/1", &json!({"name": "cog"})),
        (200, cog.clone())
    );
    assert_eq!(api.send_json("PATCH", "/widgets/1", &json!({})), (200, cog));
    assert_eq!(
        api.send_json("PATCH", "/widgets/1", &json!({"name": "wheel"})),
        (200, wheel.clone())
    );
    assert_eq!(api.send("GET", "/widgets/1"), (200, wheel));

    assert_eq!(api.send("DELETE", "/widgets/1"), (204, Value::Null));
    assert_eq!(api.send("DELETE", "/widgets/1").0, 404);
    assert_eq!(api.send("GET", "/widgets"), (200, json!([])));
}

fn response_to_a_new_widget_has_its_location(database: &TestDatabase) {
    let api = Api::start(database);
    let response = api
        .widgets
        .send_json("POST", "/widgets", &api.token, &json!({"name": "gear"}));
    assert_eq!(response.header("Location"), Some("/widgets/1"));
}

fn unknown_id_is_404(database: &TestDatabase) {
    let api = Api::start(database);
    let not_found = json!({"detail": "Not found."});
    for id in [
        "1",
        "0",
        "-1",
        "gear",
        "1.5",
        "9223372036854775808",
        "%00",
        "1%20",
    ] {
        let path = format!("/widgets/{id}");
        assert_eq!(api.send("GET", &path), (404, not_found.clone()), "{id}");
        assert_eq!(api.send("DELETE", &path), (404, not_found.clone()), "{id}");
        for method in ["PUT", "PATCH"] {
            let response = api.send_json(method, &path, &json!({"name": "gear"}));
            assert_eq!(response, (404, not_found.clone()), "{method} {id}");
        }
    }
}

fn invalid_body_is_400_with_a_reason(database: &TestDatabase) {
    let api = Api::start(database);
    let too_long = json!({"name": "g".repeat(201)}).to_string();
    let bodies = [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"name": 1}"#,
        r#"{"name": ""}"#,
        r#"{"name": "gear\u0000"}"#,
        &too_long,
    ];
    for body in bodies {
        let response = api
            .widgets
            .send_text("POST", "/widgets", Some(&api.token), body);
        assert_eq!(response.status, 400, "{body}");
        assert!(response.json()["detail"].is_string(), "{body}");
    }
    assert_eq!(api.send("GET", "/widgets"), (200, json!([])));
}

fn longest_and_unusual_names_are_stored_unchanged(database: &TestDatabase) {
    let api = Api::start(database);
    for name in [
        "ü".repeat(200),
        " gear ".to_owned(),
        "'; DROP TABLE widgets; --".to_owned(),
        "\u{1F9F0}\t\u{1}".to_owned(),
    ] {
        let (status, widget) = api.send_json("POST", "/widgets", &json!({"name": name}));
        assert_eq!((status, &widget["name"]), (201, &json!(name)));
        let (_, found) = api.send("GET", &format!("/widgets/{}", widget["id"]));
        assert_eq!(found, widget);
    }
}

fn unknown_method_is_405_with_the_allowed_ones(database: &TestDatabase) {
    let api = Api::start(database);
    for (method, path, allowed) in [
        ("PUT", "/widgets", "GET, HEAD, POST"),
        ("PATCH", "/widgets", "GET, HEAD, POST"),
        ("DELETE", "/widgets", "GET, HEAD, POST"),
        ("POST", "/widgets/1", "GET, HEAD, PUT, PATCH, DELETE"),
    ] {
        let response = api.widgets.send(method, path, Some(&api.token));
        assert_eq!(
            (response.status, response.header("Allow")),
            (405, Some(allowed)),
            "{method} {path}"
        );
    }
}
