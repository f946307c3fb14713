//! Which client was seen when, in the database of the program.

use std::{thread, time::Duration};

use cognito_m2m_examples::database::ServerConnection;
use diesel::{SqliteConnection, connection::SimpleConnection, prelude::*};
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection};
use serde_json::json;

use crate::{
    databases::{TestDatabase, on_each_database},
    program::Widgets,
    routes::cognito,
};

on_each_database!(
    clients_that_call_are_noted,
    the_last_call_before_the_end_is_noted,
    nothing_is_noted_unless_it_is_switched_on,
    operators_see_the_clients,
);

const TRACKING: (&str, &str) = ("COGNITO_M2M_TRACK_CLIENT_ACTIVITY", "true");

diesel::table! {
    service_client_activity (client_id) {
        client_id -> Text,
    }
}

/// Who was seen, in order.
fn clients(database: &TestDatabase) -> Vec<String> {
    use service_client_activity::{client_id, table};
    let url = database.url();
    let clients = table.select(client_id);
    let loaded: QueryResult<Vec<String>> = match database {
        TestDatabase::Sqlite(_) => {
            let connection = SqliteConnection::establish(&url);
            let mut connection = connection.expect("the file is there");
            let patience = connection.batch_execute("PRAGMA busy_timeout = 60000");
            patience.expect("a setting");
            clients.load(&mut connection)
        }
        TestDatabase::Postgres(_) => {
            let connection = ServerConnection::<AsyncPgConnection>::establish(&url);
            clients.load(&mut connection.expect("PostgreSQL answers"))
        }
        TestDatabase::Mysql(_) => {
            let connection = ServerConnection::<AsyncMysqlConnection>::establish(&url);
            clients.load(&mut connection.expect("MariaDB answers"))
        }
    };
    let mut clients = loaded.expect("the table was migrated at start");
    // Databases have orders of their own.
    clients.sort();
    clients
}

/// What is noted is written behind the requests.
fn eventually(condition: impl Fn() -> bool) {
    for _ in 0..600 {
        if condition() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("waited half a minute in vain");
}

fn clients_that_call_are_noted(database: &TestDatabase) {
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

fn the_last_call_before_the_end_is_noted(database: &TestDatabase) {
    let cognito = cognito();
    let environment = [("DATABASE_URL", &*database.url()), TRACKING];
    let widgets = Widgets::with_pool_and(&cognito, &environment);
    widgets.send("GET", "/me", Some(&cognito.token("last-minute").sign()));
    assert_eq!(widgets.stop(), Some(0));
    assert_eq!(clients(database), ["last-minute"]);
}

fn nothing_is_noted_unless_it_is_switched_on(database: &TestDatabase) {
    let cognito = cognito();
    let url = database.url();
    let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]);
    let answer = widgets.send("GET", "/me", Some(&cognito.token("reader").sign()));
    assert_eq!(answer.status, 200);
    assert_eq!(widgets.stop(), Some(0));
    assert!(clients(database).is_empty());
}

fn operators_see_the_clients(database: &TestDatabase) {
    let cognito = cognito();
    let environment = [("DATABASE_URL", &*database.url()), TRACKING];
    let widgets = Widgets::with_pool_and(&cognito, &environment);
    let token = |client: &str, scopes: &[&str]| cognito.token(client).scopes(scopes).sign();
    let operator = token("operator", &["widgets/admin"]);
    widgets.send("GET", "/me", Some(&token("reader", &[])));

    eventually(|| clients(database).len() == 1);
    let path = "/admin/clients?search=READ";
    let answer = widgets.send("GET", path, Some(&operator));
    assert_eq!(answer.status, 200);
    let list = answer.json();
    assert_eq!((&list["total"], &list["page"]), (&json!(1), &json!(1)));
    assert_eq!(list["clients"][0]["client_id"], json!("reader"));
    let first_seen = list["clients"][0]["first_seen_at"].as_str();
    assert!(first_seen.is_some_and(|time| time.ends_with('Z')), "{list}");

    let reader = token("reader", &["widgets/read", "widgets/write"]);
    assert_eq!(widgets.send("GET", path, Some(&reader)).status, 403);
    assert_eq!(widgets.send("GET", path, None).status, 401);
}

#[test]
fn the_page_of_clients_is_there_on_the_first_run_only() {
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
fn notes_are_not_in_the_way_of_writers_who_share_the_memory() {
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
