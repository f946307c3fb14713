//! The texts of changes.

use super::*;
use crate::policy::ScopeRule;

#[track_caller]
fn assert_text(old: &Access, new: &Access, expected: &[&str]) {
    let found = text(&changes_of(old.clone(), new.clone()));
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

fn client(id: &'static str) -> Policy {
    Policy::allow_client_ids([id]).expect("a client ID")
}

#[test]
fn line_shows_the_effect_and_both_rules_and_a_request_that_differs() {
    let both = || Policy::all_scopes(["a/read", "a/write"]).expect("scopes");
    assert_text(
        &guarded(both()),
        &guarded(read()),
        &[
            "LOOSENED GET /a (api::list): was all of a/read, a/write, now a/read",
            "    a token with the scope a/read was refused and is now admitted",
        ],
    );
    assert_text(
        &guarded(read()),
        &guarded(both()),
        &[
            "TIGHTENED GET /a (api::list): was a/read, now all of a/read, a/write",
            "    a token with the scope a/read was admitted and is now refused",
        ],
    );
    assert_text(
        &guarded(read()),
        &guarded(write()),
        &[
            "CHANGED (loosens and tightens) GET /a (api::list): was a/read, now a/write",
            "    a token with the scope a/write was refused and is now admitted",
            "    a token with the scope a/read was admitted and is now refused",
        ],
    );
    assert_text(
        &guarded(both()),
        &guarded(Policy::authenticated()),
        &[
            "LOOSENED GET /a (api::list): was all of a/read, a/write, now any valid token",
            "    a token without scopes was refused and is now admitted",
        ],
    );
    assert_text(
        &guarded(read()),
        &public("health"),
        &[
            "LOOSENED GET /a (api::list): was a/read, now public (\"health\")",
            "    a request without a token was refused and is now admitted",
        ],
    );
    assert_text(
        &Access::Unguarded,
        &guarded(read()),
        &[
            "TIGHTENED GET /a (api::list): was no guard, now a/read",
            "    a request without a token was admitted and is now refused",
        ],
    );
    assert_text(
        &public("health"),
        &public("status"),
        &["CHANGED GET /a (api::list): was public (\"health\"), now public (\"status\")"],
    );
}

#[test]
fn added_removed_and_renamed_handlers_are_one_line_each() {
    let list = |endpoints: &[&str], access| vec![route("api::list", endpoints, access)];
    let found = changes(Vec::new(), list(&["GET /a", "GET /b"], guarded(read())));
    assert_eq!(text(&found), "ADDED GET /a, GET /b (api::list): a/read");
    let found = changes(list(&["GET /a"], guarded(read())), Vec::new());
    assert_eq!(text(&found), "REMOVED GET /a (api::list): was a/read");
    let found = changes(list(&[], guarded(read())), Vec::new());
    assert_eq!(
        text(&found),
        "REMOVED (may loosen) api::list: was a/read; the handler was deleted, or its guard was removed"
    );
    let found = changes(Vec::new(), vec![route("", &["GET /a"], Access::Unguarded)]);
    assert_eq!(
        text(&found),
        "ADDED (loosens) GET /a: no guard\n    \
         a request without a token was refused and is now admitted"
    );
    let all = vec![route("api::all", &["GET /a"], guarded(read()))];
    let found = changes(list(&["GET /a"], guarded(read())), all);
    assert_eq!(
        text(&found),
        "CHANGED GET /a (api::all, before api::list): still a/read"
    );
    let found = changes(
        list(&["GET /a"], guarded(read().and(write()))),
        list(&["GET /a", "GET /b"], guarded(read())),
    );
    assert_eq!(
        text(&found),
        "LOOSENED GET /a (api::list): was a/read and a/write, now a/read\n    \
         a token with the scope a/read was refused and is now admitted\n\
         ADDED (loosens) GET /b (api::list): a/read, but a/read and a/write at GET /a\n    \
         a token with the scope a/read was refused and is now admitted"
    );
}

#[test]
fn absence_of_changes_is_one_line() {
    assert_eq!(
        text(&changes(Vec::new(), Vec::new())),
        "no route has changed"
    );
}

#[test]
fn request_names_the_client_and_claims_that_make_the_difference() {
    let reports_only = Access::Guarded(vec![report_only(read())]);
    assert_text(
        &guarded(read()),
        &reports_only,
        &[
            "LOOSENED GET /a (api::list): was a/read, now a/read (report only)",
            "    a token without scopes was refused and is now admitted",
        ],
    );
    assert_text(
        &guarded(read()),
        &Access::Guarded(vec![wrap(read())]),
        &[
            "LOOSENED GET /a (api::list): still a/read; the default allowlist no longer applies",
            "    a token of a client not in the default allowlist allowed_client_ids with the scope a/read was refused and is now admitted",
        ],
    );
    assert_text(
        &guarded(read()),
        &guarded(client("sync").and(read())),
        &[
            "CHANGED (loosens and tightens) GET /a (api::list): was a/read, now client sync and a/read; a client list of the handler replaces the default allowlist",
            "    a token of the client sync (not in the default allowlist allowed_client_ids) with the scope a/read was refused and is now admitted",
            "    a token of another client (in the default allowlist allowed_client_ids) with the scope a/read was admitted and is now refused",
        ],
    );
    assert_text(
        &guarded(client("sync").and(Policy::allow_groups(["ops"]))),
        &guarded(client("sync").and(Policy::claim("env", "prod"))),
        &[
            "CHANGED (loosens and tightens) GET /a (api::list): was client sync and group ops, now client sync and claim env = \"prod\"",
            "    a token of the client sync (not in the group ops) with the claim env = \"prod\" was refused and is now admitted",
            "    a token of the client sync (in the group ops) without the claim env was admitted and is now refused",
        ],
    );
    assert_text(
        &guarded(client("sync").and(Policy::allow_groups(["ops"]))),
        &guarded(client("sync")),
        &[
            "LOOSENED GET /a (api::list): was client sync and group ops, now client sync",
            "    a token of the client sync (not in the group ops) was refused and is now admitted",
        ],
    );
    assert_text(
        &guarded(client("sync")),
        &guarded(Policy::allow_client_ids(["sync", "tenant:sync"]).expect("client IDs")),
        &[
            "LOOSENED GET /a (api::list): was client sync, now client sync or tenant:sync",
            "    a token of the client tenant:sync was refused and is now admitted",
        ],
    );
    assert_text(
        &guarded(client("sync")),
        &Access::Guarded(vec![wrap(Policy::authenticated())]),
        &[
            "LOOSENED GET /a (api::list): was client sync, now any valid token",
            "    a token of another client was refused and is now admitted",
        ],
    );
    assert_text(
        &guarded(Policy::claim_equals_path("tenant", "id").and(read())),
        &guarded(read()),
        &[
            "LOOSENED GET /a (api::list): was claim tenant = path parameter id and a/read, now a/read",
            "    a token with the scope a/read and without the claim tenant was refused and is now admitted",
        ],
    );
}

#[test]
fn request_names_the_method_and_the_default_match_if_they_make_the_difference() {
    let scopes = || Policy::scopes(["a", "b"]).expect("scopes");
    assert_text(
        &guarded(Policy::all_scopes(["a", "b"]).expect("scopes")),
        &guarded(scopes()),
        &[
            "LOOSENED GET /a (api::list): was all of a, b, now a, b (all or any, by default_scope_match)",
            "    if default_scope_match is any, a token with the scope b was refused and is now admitted",
        ],
    );
    let map = |entries: &[(&'static str, &'static str)]| {
        let rule = |scope| ScopeRule::all([scope]).expect("a scope");
        let entries = entries
            .iter()
            .map(|(method, scope)| (*method, rule(*scope)));
        let policy = Policy::scope_map(entries);
        vec![route("api::list", &[], guarded(policy))]
    };
    let found = changes(map(&[("GET", "a")]), map(&[("GET", "a"), ("POST", "a")]));
    assert_eq!(
        text(&found),
        "LOOSENED api::list: was GET: a, now GET: a; POST: a\n    \
         POST with a token with the scope a was refused and is now admitted"
    );
    let any_method = vec![route("api::list", &[], guarded(Policy::scope("a")))];
    let found = changes(map(&[("GET", "a")]), any_method);
    assert_eq!(
        text(&found),
        "LOOSENED api::list: was GET: a, now a\n    \
         any other method with a token with the scope a was refused and is now admitted"
    );
}
