//! The scopes that each route requires.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{
    program::Widgets,
    user_pool::{cognito, token},
};

const READ: &str = "widgets/read";
const WRITE: &str = "widgets/write";
const ADMIN: &str = "widgets/admin";

#[test]
fn each_route_requires_its_scopes_and_no_others() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    let writes = ["POST", "PUT", "PATCH", "DELETE"];
    let mut guarded = vec![
        ("GET", "/widgets", vec![&[READ][..]]),
        ("HEAD", "/widgets", vec![&[READ]]),
        ("GET", "/widgets/1", vec![&[READ]]),
        ("HEAD", "/widgets/1", vec![&[READ]]),
        ("GET", "/both", vec![&[READ, WRITE]]),
        ("GET", "/either", vec![&[READ], &[ADMIN]]),
        ("GET", "/me", vec![&[]]),
        ("OPTIONS", "/widgets", vec![]),
    ];
    for path in ["/widgets", "/widgets/1"] {
        guarded.extend(writes.map(|method| (method, path, vec![&[WRITE][..]])));
    }

    for (method, path, admitted) in guarded {
        assert_eq!(
            widgets.send(method, path, None).status,
            401,
            "{method} {path}"
        );
        for scopes in subsets([READ, WRITE, ADMIN]) {
            let is_admitted = admitted
                .iter()
                .any(|required| required.iter().all(|scope| scopes.contains(scope)));
            let status = widgets
                .send(method, path, Some(&token(&cognito, &scopes)))
                .status;
            assert_eq!(
                status != 403,
                is_admitted,
                "{method} {path} {scopes:?}: {status}"
            );
            assert_ne!(status, 401, "{method} {path} {scopes:?}");
        }
    }
}

fn subsets(all: [&'static str; 3]) -> impl Iterator<Item = Vec<&'static str>> {
    (0..8).map(move |chosen: usize| {
        let is_chosen = |(bit, _): &(usize, &str)| chosen >> bit & 1 == 1;
        all.into_iter()
            .enumerate()
            .filter(is_chosen)
            .map(|(_, scope)| scope)
            .collect()
    })
}

#[test]
fn public_shows_the_principal_if_there_is_one() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    let anonymous = json!({"authenticated": false, "client_id": null});
    let service = json!({"authenticated": true, "client_id": "service"});

    let response = widgets.send("GET", "/public", None);
    assert_eq!((response.status, response.json()), (200, anonymous));
    let response = widgets.send("GET", "/public", Some(&token(&cognito, &[READ])));
    assert_eq!((response.status, response.json()), (200, service));
}

#[test]
fn me_shows_the_claims_of_the_token() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    let token = cognito
        .token("service")
        .scopes([WRITE, READ])
        .claim("aud", "service")
        .sign();

    let mut me = widgets.send("GET", "/me", Some(&token)).json();
    let expires = me.as_object_mut().and_then(|me| me.remove("exp"));
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970")
        .as_secs();
    let lifetime = expires.and_then(|expires| expires.as_u64()?.checked_sub(now));
    assert!(
        lifetime.is_some_and(|lifetime| (3500..=3600).contains(&lifetime)),
        "{lifetime:?}"
    );
    let expected = json!({
        "client_id": "service",
        "scopes": [READ, WRITE],
        "sub": "service",
        "aud": "service",
        "iss": cognito.issuer(),
        "user": {"kind": "anonymous"},
    });
    assert_eq!(me, expected);
}

#[test]
fn absent_claim_is_null() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    let me = widgets
        .send("GET", "/me", Some(&token(&cognito, &[])))
        .json();
    assert_eq!(me.get("aud"), Some(&Value::Null));
    assert_eq!(me.get("scopes"), Some(&json!([])));
}

#[test]
fn unknown_route_is_404() {
    let widgets = Widgets::with_pool(&cognito());
    let response = widgets.send("GET", "/gadgets", None);
    assert_eq!(
        (response.status, response.json()),
        (404, json!({"detail": "Not found."}))
    );
}

#[test]
fn methods_other_than_get_and_head_are_405_on_read_only_routes() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    let token = token(&cognito, &[READ, WRITE]);
    for path in ["/public", "/both", "/either", "/me"] {
        assert_eq!(
            widgets.send("POST", path, Some(&token)).status,
            405,
            "{path}"
        );
        assert_eq!(
            widgets.send("HEAD", path, Some(&token)).status,
            200,
            "{path}"
        );
    }
}
