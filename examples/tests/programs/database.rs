//! Persistence, concurrency and outages of the database.

use std::{fs, thread};

use serde_json::json;

use crate::{
    databases::{TestDatabase, on_each_database},
    program::Widgets,
    user_pool::{cognito, token},
};

on_each_database!(
    widgets_are_kept_across_a_restart,
    concurrent_writers_wait_for_each_other,
    programs_that_start_together_share_an_empty_database,
    failing_database_is_503_until_it_recovers,
    broken_connections_are_replaced,
);

const BOTH: [&str; 2] = ["widgets/read", "widgets/write"];

fn widgets_are_kept_across_a_restart(database: &TestDatabase) {
    let cognito = cognito();
    let token = token(&cognito, &BOTH);
    let url = database.url();

    let before = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]);
    let added = before.send_json("POST", "/widgets", &token, &json!({"name": "gear"}));
    assert_eq!(added.status, 201);
    assert_eq!(before.stop(), Some(0));

    let after = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]);
    let found = after.send("GET", "/widgets", Some(&token)).json();
    assert_eq!(found, json!([{"id": 1, "name": "gear"}]));
}

fn concurrent_writers_wait_for_each_other(database: &TestDatabase) {
    const WRITERS: usize = 8;
    const EACH: usize = 20;
    let cognito = cognito();
    let token = token(&cognito, &BOTH);
    let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &database.url())]);

    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    let added =
                        widgets.send_json("POST", "/widgets", &token, &json!({"name": "gear"}));
                    assert_eq!(added.status, 201);
                }
            });
        }
    });
    let all = widgets.send("GET", "/widgets", Some(&token)).json();
    assert_eq!(all.as_array().map(Vec::len), Some(WRITERS * EACH));
}

fn programs_that_start_together_share_an_empty_database(database: &TestDatabase) {
    let cognito = cognito();
    let token = token(&cognito, &BOTH);
    let url = database.url();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]);
                let added = widgets.send_json("POST", "/widgets", &token, &json!({"name": "gear"}));
                assert_eq!(added.status, 201);
            });
        }
    });
    let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]);
    let all = widgets.send("GET", "/widgets", Some(&token)).json();
    assert_eq!(all.as_array().map(Vec::len), Some(3));
}

fn failing_database_is_503_until_it_recovers(database: &TestDatabase) {
    let cognito = cognito();
    let token = token(&cognito, &BOTH);
    let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &database.url())]);
    database.execute("ALTER TABLE widgets RENAME TO hidden");
    let detail = json!({"detail": "Widgets are temporarily unavailable."});
    for (method, path) in [("GET", "/widgets"), ("DELETE", "/widgets/1")] {
        let response = widgets.send(method, path, Some(&token));
        assert_eq!(
            (response.status, response.json()),
            (503, detail.clone()),
            "{method}"
        );
    }
    for (method, path) in [("POST", "/widgets"), ("PUT", "/widgets/1")] {
        let response = widgets.send_json(method, path, &token, &json!({"name": "gear"}));
        assert_eq!(
            (response.status, response.json()),
            (503, detail.clone()),
            "{method}"
        );
    }
    database.execute("ALTER TABLE hidden RENAME TO widgets");
    assert_eq!(widgets.send("GET", "/widgets", Some(&token)).status, 200);
}

fn broken_connections_are_replaced(database: &TestDatabase) {
    let cognito = cognito();
    let token = cognito.token("reader").scopes(BOTH).sign();
    let url = database.url();
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("COGNITO_M2M_USER_MAPPING_ENABLED", "true"),
    ];
    let widgets = Widgets::with_pool_and(&cognito, &environment);
    for path in ["/widgets", "/legacy", "/widgets", "/legacy"] {
        database.kill_connections();
        // A connection may break between its check and its use, which causes a single 503.
        let statuses = (0..20).map(|_| widgets.send("GET", path, Some(&token)).status);
        let broken = statuses.take_while(|status| *status != 200);
        let broken: Vec<_> = broken.collect();
        assert!(broken.len() < 20, "{path} does not recover");
        assert!(broken.iter().all(|status| *status == 503), "{broken:?}");
    }
}

#[test]
fn sqlite_file_is_named_by_path_or_url() {
    let cognito = cognito();
    let token = token(&cognito, &BOTH);
    let database = TestDatabase::sqlite();
    let url = format!("sqlite://{}", database.url());
    let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]);
    assert_eq!(widgets.send("GET", "/widgets", Some(&token)).status, 200);
    assert!(fs::exists(database.url()).expect("the folder is readable"));
}

#[test]
fn widgets_in_memory_are_lost_after_a_restart() {
    let cognito = cognito();
    let token = token(&cognito, &BOTH);
    let before = Widgets::with_pool(&cognito);
    before.send_json("POST", "/widgets", &token, &json!({"name": "gear"}));
    assert_eq!(before.stop(), Some(0));

    let after = Widgets::with_pool(&cognito);
    assert_eq!(
        after.send("GET", "/widgets", Some(&token)).json(),
        json!([])
    );
}
