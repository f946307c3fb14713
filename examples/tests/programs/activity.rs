//! Client activity: when each client was first and last seen.

use std::{thread, time::Duration};

#[cfg(feature = "servers")]
use cognito_m2m_examples::database::ServerConnection;
use diesel::{SqliteConnection, connection::SimpleConnection, prelude::*};
#[cfg(feature = "mysql")]
use diesel_async::AsyncMysqlConnection;
#[cfg(feature = "postgres")]
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::{
    databases::{TestDatabase, on_each_database},
    program::Widgets,
    user_pool::cognito,
};

on_each_database!(
    clients_with_valid_tokens_are_recorded,
    last_call_before_shutdown_is_recorded,
    nothing_is_recorded_unless_tracking_is_enabled,
    operators_list_the_clients,
);

const TRACKING: (&str, &str) = ("COGNITO_M2M_TRACK_CLIENT_ACTIVITY", "true");

diesel::table! {
    service_client_activity (client_id) {
        client_id -> Text,
    }
}

/// Returns the recorded clients, sorted.
fn clients(database: &TestDatabase) -> Vec<String> {
    use service_client_activity::{client_id, table};
    let url = database.url();
    let clients = table.select(client_id);
    let loaded: QueryResult<Vec<String>> = match database {
        TestDatabase::Sqlite(_) => {
            let connection = SqliteConnection::establish(&url);
            let mut connection = connection.expect("the file exists");
            let timeout = connection.batch_execute("PRAGMA busy_timeout = 60000");
            timeout.expect("SQLite sets the timeout");
            clients.load(&mut connection)
        }
        #[cfg(feature = "postgres")]
        TestDatabase::Postgres(_) => {
            let connection = ServerConnection::<AsyncPgConnection>::establish(&url);
            clients.load(&mut connection.expect("PostgreSQL accepts the connection"))
        }
        #[cfg(feature = "mysql")]
        TestDatabase::Mysql(_) => {
            let connection = ServerConnection::<AsyncMysqlConnection>::establish(&url);
            clients.load(&mut connection.expect("MariaDB accepts the connection"))
        }
    };
    let mut clients = loaded.expect("the program created the table");
    // The databases sort upper and lower case differently.
    clients.sort();
    clients
}

/// Waits for a condition, since activity is written in the background.
fn eventually(condition: impl Fn() -> bool) {
    for _ in 0..600 {
        if condition() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the condition does not hold after 30 seconds");
}

fn clients_with_valid_tokens_are_recorded(database: &TestDatabase) {
    let cognito = cognito();
    let environment = [("DATABASE_URL", &*database.url()), TRACKING];
    let widgets = Widgets::with_pool_and(&cognito, &environment);
    for client in ["reader", "Reader", "writer", "reader"] {
        widgets.send("GET", "/me", Some(&cognito.token(client).sign()));
    }
    let forged = cognito.token("forger").unsigned().sign();
    widgets.send("GET", "/me", Some(&forged));
    eventually(|| clients(database).len() == 3);
    assert_eq!(clients(database), ["Reader", "reader", "writer"]);
}

fn last_call_before_shutdown_is_recorded(database: &TestDatabase) {
    let cognito = cognito();
    let environment = [("DATABASE_URL", &*database.url()), TRACKING];
    let widgets = Widgets::with_pool_and(&cognito, &environment);
    widgets.send("GET", "/me", Some(&cognito.token("last-minute").sign()));
    assert_eq!(widgets.stop(), Some(0));
    assert_eq!(clients(database), ["last-minute"]);
}

fn nothing_is_recorded_unless_tracking_is_enabled(database: &TestDatabase) {
    let cognito = cognito();
    let url = database.url();
    let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]);
    let response = widgets.send("GET", "/me", Some(&cognito.token("reader").sign()));
    assert_eq!(response.status, 200);
    assert_eq!(widgets.stop(), Some(0));
    assert!(clients(database).is_empty());
}

fn operators_list_the_clients(database: &TestDatabase) {
    let cognito = cognito();
    let environment = [("DATABASE_URL", &*database.url()), TRACKING];
    let widgets = Widgets::with_pool_and(&cognito, &environment);
    let token = |client: &str, scopes: &[&str]| cognito.token(client).scopes(scopes).sign();
    let operator = token("operator", &["widgets/admin"]);
    widgets.send("GET", "/me", Some(&token("reader", &[])));

    eventually(|| clients(database).len() == 1);
    let path = "/admin/clients?search=READ";
    let response = widgets.send("GET", path, Some(&operator));
    assert_eq!(response.status, 200);
    let list = response.json();
    assert_eq!((&list["total"], &list["page"]), (&json!(1), &json!(1)));
    assert_eq!(list["clients"][0]["client_id"], json!("reader"));
    let first_seen = list["clients"][0]["first_seen_at"].as_str();
    assert!(first_seen.is_some_and(|time| time.ends_with('Z')), "{list}");

    let reader = token("reader", &["widgets/read", "widgets/write"]);
    assert_eq!(widgets.send("GET", path, Some(&reader)).status, 403);
    assert_eq!(widgets.send("GET", path, None).status, 401);
}

#[test]
fn page_of_clients_exists_on_the_first_run_only() {
    let first_run = Widgets::start(&[]);
    let page = first_run.send("GET", "/clients", None);
    assert_eq!(page.status, 200);
    let content = page.header("Content-Type");
    assert!(
        content.is_some_and(|content| content.starts_with("text/html")),
        "{content:?}"
    );

    let widgets = Widgets::with_pool_and(&cognito(), &[TRACKING]);
    assert_eq!(widgets.send("GET", "/clients", None).status, 404);
}

#[test]
fn recording_does_not_disturb_writers_of_the_same_database_in_memory() {
    let cognito = cognito();
    let widgets = Widgets::with_pool_and(&cognito, &[TRACKING]);
    thread::scope(|scope| {
        for writer in 0..4 {
            let (cognito, widgets) = (&cognito, &widgets);
            scope.spawn(move || {
                for number in 0..25 {
                    let client = cognito.token(&format!("client-{writer}-{number}"));
                    let token = client.scopes(["widgets/write"]).sign();
                    let body = json!({"name": "gear"});
                    let added = widgets.send_json("POST", "/widgets", &token, &body);
                    assert_eq!(added.status, 201);
                }
            });
        }
    });
}
