//! `DATABASE_URL`: widgets outlive the program.

use std::{fs, thread};

use serde_json::json;

use crate::{
    databases::{TestDatabase, on_each_database},
    program::Widgets,
    routes::{cognito, token},
};

on_each_database!(
    widgets_are_there_after_a_restart,
    writers_at_the_same_time_wait_for_each_other,
    programs_that_start_at_the_same_time_share_an_empty_database,
    a_database_that_refuses_is_503_until_it_serves_again,
    connections_that_break_are_replaced,
);

const BOTH: [&str; 2] = ["widgets/read", "widgets/write"];

fn widgets_are_there_after_a_restart(database: &TestDatabase) {
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

fn writers_at_the_same_time_wait_for_each_other(database: &TestDatabase) {
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

fn programs_that_start_at_the_same_time_share_an_empty_database(database: &TestDatabase) {
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

fn a_database_that_refuses_is_503_until_it_serves_again(database: &TestDatabase) {
    let cognito = cognito();
    let token = token(&cognito, &BOTH);
    let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &database.url())]);
    database.execute("ALTER TABLE widgets RENAME TO hidden");
    let detail = json!({"detail": "Widgets can't be had at the moment."});
    for (method, path) in [("GET", "/widgets"), ("DELETE", "/widgets/1")] {
        let answer = widgets.send(method, path, Some(&token));
        assert_eq!(
            (answer.status, answer.json()),
            (503, detail.clone()),
            "{method}"
        );
    }
    for (method, path) in [("POST", "/widgets"), ("PUT", "/widgets/1")] {
        let answer = widgets.send_json(method, path, &token, &json!({"name": "gear"}));
        assert_eq!(
            (answer.status, answer.json()),
            (503, detail.clone()),
            "{method}"
        );
    }
    database.execute("ALTER TABLE hidden RENAME TO widgets");
    assert_eq!(widgets.send("GET", "/widgets", Some(&token)).status, 200);
}

fn connections_that_break_are_replaced(database: &TestDatabase) {
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
        // One may break between the check of it and its use; nobody waits for good.
        let answers = (0..20).map(|_| widgets.send("GET", path, Some(&token)).status);
        let broken = answers.take_while(|status| *status != 200);
        let broken: Vec<_> = broken.collect();
        assert!(broken.len() < 20, "{path} is not served again");
        assert!(broken.iter().all(|status| *status == 503), "{broken:?}");
    }
}

#[test]
fn a_sqlite_file_goes_by_its_path_or_by_its_url() {
    let cognito = cognito();
    let token = token(&cognito, &BOTH);
    let database = TestDatabase::sqlite();
    let url = format!("sqlite://{}", database.url());
    let widgets = Widgets::with_pool_and(&cognito, &[("DATABASE_URL", &url)]);
    assert_eq!(widgets.send("GET", "/widgets", Some(&token)).status, 200);
    assert!(fs::exists(database.url()).expect("the folder can be read"));
}

#[test]
fn widgets_in_memory_are_gone_after_a_restart() {
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
