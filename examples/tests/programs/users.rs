//! Who a client is among the users of before.

use serde_json::{Value, json};

use crate::{
    databases::{TestDatabase, on_each_database},
    http::Answer,
    program::Widgets,
    routes::cognito,
};

on_each_database!(
    legacy_serves_those_who_are_mapped_to_an_active_user,
    me_shows_the_user_in_each_mode,
);

const MAPPING: (&str, &str) = ("COGNITO_M2M_USER_MAPPING_ENABLED", "true");
const PROXY: (&str, &str) = ("COGNITO_M2M_RETURN_USER_PROXY", "true");

/// What each client is answered.
fn answers<const N: usize>(
    database: &TestDatabase,
    modes: &[(&str, &str)],
    path: &str,
    clients: [&str; N],
) -> [Answer; N] {
    let cognito = cognito();
    let url = database.url();
    let mut environment = vec![("DATABASE_URL", url.as_str())];
    environment.extend_from_slice(modes);
    let widgets = Widgets::with_pool_and(&cognito, &environment);
    clients.map(|client| widgets.send("GET", path, Some(&cognito.token(client).sign())))
}

fn legacy_serves_those_who_are_mapped_to_an_active_user(database: &TestDatabase) {
    let clients = ["reader", "nightly-sync", "retired", "stranger", "READER"];
    let [reader, sync, others @ ..] = answers(database, &[MAPPING], "/legacy", clients);
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
    for answer in others {
        assert_eq!(
            (answer.status, answer.json()),
            (403, json!({"detail": "Client is not mapped to a user."}))
        );
    }
    let [reader] = answers(database, &[PROXY], "/legacy", ["reader"]);
    assert_eq!(reader.status, 403, "mapping is off");
}

fn me_shows_the_user_in_each_mode(database: &TestDatabase) {
    let reader = json!({"kind": "mapped", "username": "reader", "email": "reader@example.com"});
    let proxy = |name: &str| json!({"kind": "proxy", "username": name});
    let anonymous = json!({"kind": "anonymous"});
    for (modes, of_reader, of_retired) in [
        (&[][..], anonymous.clone(), anonymous.clone()),
        (&[PROXY], proxy("reader"), proxy("retired")),
        (&[MAPPING], reader.clone(), anonymous),
        (&[MAPPING, PROXY], reader, proxy("retired")),
    ] {
        let users = answers(database, modes, "/me", ["reader", "retired"]);
        let users = users.map(|answer| answer.json()["user"].clone());
        assert_eq!(users, [of_reader, of_retired], "{modes:?}");
    }
}

#[test]
fn without_a_token_legacy_is_401() {
    let widgets = Widgets::start(&[]);
    let answer = widgets.send("GET", "/legacy", None);
    assert_eq!(answer.status, 401);
    assert_ne!(answer.json()["detail"], Value::Null);
}

#[test]
fn the_first_run_maps_users_unless_it_is_told_otherwise() {
    for (variables, is_shown) in [
        (&[][..], true),
        (&[("COGNITO_M2M_USER_MAPPING_ENABLED", "false")], false),
    ] {
        let mut widgets = Widgets::start(variables);
        let printed = widgets.printed_until(|line| line.starts_with("# Ctrl-C"));
        let shows = printed.iter().any(|line| line.ends_with("/legacy"));
        assert_eq!(shows, is_shown, "{variables:?}");
    }
}
