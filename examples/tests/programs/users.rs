//! The mapping of clients to users.

use serde_json::{Value, json};

use crate::{
    databases::{TestDatabase, on_each_database},
    http::Response,
    program::Widgets,
    user_pool::cognito,
};

on_each_database!(
    legacy_requires_an_active_user,
    me_shows_the_user_in_each_mode,
);

const MAPPING: (&str, &str) = ("COGNITO_M2M_USER_MAPPING_ENABLED", "true");
const PROXY: (&str, &str) = ("COGNITO_M2M_RETURN_USER_PROXY", "true");

/// Returns the response to each client.
fn responses<const N: usize>(
    database: &TestDatabase,
    modes: &[(&str, &str)],
    path: &str,
    clients: [&str; N],
) -> [Response; N] {
    let cognito = cognito();
    let url = database.url();
    let mut environment = vec![("DATABASE_URL", url.as_str())];
    environment.extend_from_slice(modes);
    let widgets = Widgets::with_pool_and(&cognito, &environment);
    clients.map(|client| widgets.send("GET", path, Some(&cognito.token(client).sign())))
}

fn legacy_requires_an_active_user(database: &TestDatabase) {
    let clients = ["reader", "nightly-sync", "retired", "stranger", "READER"];
    let [reader, sync, others @ ..] = responses(database, &[MAPPING], "/legacy", clients);
    assert_eq!(
        (reader.status, reader.json()),
        (
            200,
            json!({"username": "reader", "email": "reader@example.com"})
        )
    );
    assert_eq!(
        (sync.status, sync.json()),
        (200, json!({"username": "nightly-sync", "email": null}))
    );
    for response in others {
        assert_eq!(
            (response.status, response.json()),
            (403, json!({"detail": "Client is not mapped to a user."}))
        );
    }
    let [reader] = responses(database, &[PROXY], "/legacy", ["reader"]);
    assert_eq!(reader.status, 403, "mapping is disabled");
}

fn me_shows_the_user_in_each_mode(database: &TestDatabase) {
    let reader = json!({"kind": "mapped", "username": "reader", "email": "reader@example.com"});
    let proxy = |name: &str| json!({"kind": "proxy", "username": name});
    let anonymous = json!({"kind": "anonymous"});
    for (modes, reader_user, retired_user) in [
        (&[][..], anonymous.clone(), anonymous.clone()),
        (&[PROXY], proxy("reader"), proxy("retired")),
        (&[MAPPING], reader.clone(), Value::Null),
        (&[MAPPING, PROXY], reader, Value::Null),
    ] {
        let users = responses(database, modes, "/me", ["reader", "retired"]);
        // The user of `retired` is inactive.
        let is_refused = retired_user.is_null();
        assert_eq!(
            users.each_ref().map(|response| response.status),
            [200, if is_refused { 403 } else { 200 }],
            "{modes:?}"
        );
        let users = users.map(|response| response.json()["user"].clone());
        assert_eq!(users, [reader_user, retired_user], "{modes:?}");
    }
}

#[test]
fn legacy_without_a_token_is_401() {
    let widgets = Widgets::start(&[]);
    let response = widgets.send("GET", "/legacy", None);
    assert_eq!(response.status, 401);
    assert_ne!(response.json()["detail"], Value::Null);
}

#[test]
fn first_run_maps_users_unless_the_environment_disables_it() {
    for (variables, expected) in [
        (&[][..], true),
        (&[("COGNITO_M2M_USER_MAPPING_ENABLED", "false")], false),
    ] {
        let mut widgets = Widgets::start(variables);
        let printed = widgets
            .program
            .printed_until(|line| line.starts_with("# Ctrl-C"));
        let is_shown = printed.iter().any(|line| line.ends_with("/legacy"));
        assert_eq!(is_shown, expected, "{variables:?}");
    }
}
