//! Which routes are compared with each other.

use super::*;
use crate::inventory::Change;
use crate::inventory::ChangeKind::{self, Added, Changed, OtherSource, Removed};
use crate::inventory::Effect::{self, Both, Loosens, Neutral, Tightens};

#[track_caller]
fn assert_changes(changes: &Changes, expected: &[(ChangeKind, Effect, &str)]) {
    let found: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.kind(),
                change.effect(),
                change.handler().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(found, expected, "{changes}");
}

#[test]
fn new_endpoint_loosens_only_if_it_is_open() {
    let app = |access| vec![route("api::list", &["GET /a"], access)];
    for (access, effect) in [
        (guarded(read()), Neutral),
        (guarded(Policy::authenticated()), Neutral),
        (public("health"), Loosens),
        (Access::Unguarded, Loosens),
    ] {
        let added = changes(Vec::new(), app(access.clone()));
        assert_changes(&added, &[(Added, effect, "api::list")]);
        let removed = changes(app(access), Vec::new());
        assert_changes(&removed, &[(Removed, Tightens, "api::list")]);
    }
}

#[test]
fn handlers_that_swap_their_paths_are_found() {
    let list = |endpoint| route("api::list", &[endpoint], guarded(read()));
    let delete = |endpoint| route("api::delete", &[endpoint], guarded(read().and(write())));
    let found = changes(
        vec![list("POST /a"), delete("POST /b")],
        vec![list("POST /b"), delete("POST /a")],
    );
    assert_changes(
        &found,
        &[
            (Changed, Loosens, "api::list"),
            (Changed, Tightens, "api::delete"),
        ],
    );
    // Both require the same, so callers notice nothing, but the file must be rewritten.
    let other = |endpoint| route("api::other", &[endpoint], guarded(read()));
    let found = changes(
        vec![list("POST /a"), other("POST /b")],
        vec![list("POST /b"), other("POST /a")],
    );
    assert_changes(
        &found,
        &[
            (Changed, Neutral, "api::other"),
            (Changed, Neutral, "api::list"),
        ],
    );
}

#[test]
fn renamed_handler_is_compared_by_its_endpoint() {
    let app = |handler, policy| vec![route(handler, &["GET /a"], guarded(policy))];
    let renamed = changes(app("api::list", read()), app("api::all", read()));
    assert_changes(&renamed, &[(Changed, Neutral, "api::all")]);
    let loosened = changes(
        app("api::list", read()),
        app("api::all", Policy::authenticated()),
    );
    assert_changes(&loosened, &[(Changed, Loosens, "api::all")]);
}

#[test]
fn handler_at_another_endpoint_is_compared_with_its_earlier_rule() {
    let app = |endpoint, policy| vec![route("api::list", &[endpoint], guarded(policy))];
    let moved = |policy| changes(app("GET /a", read().and(write())), app("GET /b", policy));
    assert_changes(
        &moved(read().and(write())),
        &[
            (Removed, Tightens, "api::list"),
            (Added, Neutral, "api::list"),
        ],
    );
    assert_changes(
        &moved(read()),
        &[
            (Added, Loosens, "api::list"),
            (Removed, Tightens, "api::list"),
        ],
    );
    assert_changes(
        &moved(read().and(write()).and(Policy::scope("x"))),
        &[
            (Removed, Tightens, "api::list"),
            (Added, Neutral, "api::list"),
        ],
    );
}

#[test]
fn further_endpoint_with_a_weaker_guard_loosens() {
    let stack = |outer| Access::Guarded(vec![wrap(outer), enforced(read())]);
    let admin = || route("api::list", &["GET /admin"], stack(Policy::scope("admin")));
    let weak = route("api::list", &["GET /a"], guarded(read()));
    let found = changes(vec![admin()], vec![admin(), weak]);
    assert_changes(&found, &[(Added, Loosens, "api::list")]);
}

#[test]
fn handler_without_an_endpoint_is_compared_by_name() {
    let app = |policy| vec![route("api::list", &[], guarded(policy))];
    for compare in [changes, changes_of_items] {
        let found = compare(app(read().and(write())), app(read()));
        assert_changes(&found, &[(Changed, Loosens, "api::list")]);
        assert_changes(
            &compare(Vec::new(), app(read())),
            &[(Added, Neutral, "api::list")],
        );
    }
}

#[test]
fn handler_that_is_no_longer_listed_may_have_lost_its_guard() {
    let list = |endpoints: &[&str], access| vec![route("api::list", endpoints, access)];
    for (found, effect) in [
        (changes(list(&[], guarded(read())), Vec::new()), Both),
        (
            changes_of_items(list(&[], guarded(read())), Vec::new()),
            Both,
        ),
        (
            changes_of_items(list(&["GET /a"], guarded(read())), Vec::new()),
            Both,
        ),
        // An endpoint of an app is listed without a guard too, so no request reaches this one.
        (
            changes(list(&["GET /a"], guarded(read())), Vec::new()),
            Tightens,
        ),
        (changes(list(&[], public("health")), Vec::new()), Tightens),
        (
            changes_of_items(list(&["GET /a"], public("health")), Vec::new()),
            Tightens,
        ),
    ] {
        assert_changes(&found, &[(Removed, effect, "api::list")]);
    }
}

#[test]
fn handler_of_the_same_name_does_not_hide_a_removed_one() {
    // Functions in different blocks can have the same name.
    let list = |endpoints: &[&str], policy| route("api::list", endpoints, guarded(policy));
    let found = changes(
        vec![list(&["GET /a"], read()), list(&[], write())],
        vec![list(&["GET /a"], read())],
    );
    assert_changes(&found, &[(Removed, Both, "api::list")]);
}

#[test]
fn item_that_moves_to_another_path_keeps_its_guard() {
    let item = |endpoints: &[&str]| vec![route("api::list", endpoints, guarded(read()))];
    let found = changes_of_items(item(&["GET /a"]), item(&["GET /b"]));
    assert_changes(
        &found,
        &[
            (Removed, Tightens, "api::list"),
            (Added, Neutral, "api::list"),
        ],
    );
    let found = changes_of_items(item(&["GET /a"]), item(&[]));
    assert_changes(&found, &[(Removed, Tightens, "api::list")]);
}

#[test]
fn handler_that_is_registered_is_one_change() {
    let unregistered = |policy| vec![route("api::list", &[], guarded(policy))];
    let registered = |policy| vec![route("api::list", &["GET /a"], guarded(policy))];
    let found = changes(unregistered(read()), registered(read()));
    assert_changes(&found, &[(Added, Neutral, "api::list")]);
    let found = changes(registered(read()), unregistered(read()));
    assert_changes(&found, &[(Removed, Tightens, "api::list")]);
    let found = changes(unregistered(read().and(write())), registered(read()));
    assert_changes(&found, &[(Added, Loosens, "api::list")]);
}

#[test]
fn same_change_at_several_endpoints_is_one_change() {
    let endpoints = ["GET /b", "GET /a", "HEAD /a"];
    let app = |policy| vec![route("api::list", &endpoints, guarded(policy))];
    let found = changes(app(read().and(write())), app(read()));
    assert_changes(&found, &[(Changed, Loosens, "api::list")]);
    let change = found.iter().next().expect("a change");
    let paths: Vec<_> = change
        .endpoints()
        .iter()
        .map(|endpoint| endpoint.path.as_str())
        .collect();
    assert_eq!(paths, ["/a", "/a", "/b"]);
}

#[test]
fn lines_files_and_the_grouping_of_endpoints_are_no_difference() {
    let one = vec![route("api::list", &["GET /a", "GET /b"], guarded(read()))];
    let two = ["GET /a", "GET /b"].map(|endpoint| Route {
        file: None,
        line: Some(7),
        ..route("api::list", &[endpoint], guarded(read()))
    });
    assert!(changes(one.clone(), two.to_vec()).is_empty());
    assert!(changes(two.to_vec(), one).is_empty());
}

#[test]
fn routes_that_share_an_endpoint_are_compared_by_handler() {
    let pair = |list, other| {
        vec![
            route("api::list", &["GET /a"], guarded(list)),
            route("api::other", &["GET /a"], guarded(other)),
        ]
    };
    assert!(changes(pair(read(), write()), pair(read(), write())).is_empty());
    // As a whole, the endpoint admits fewer callers, but `other` admits more.
    let found = changes(pair(read(), write()), pair(read(), read()));
    assert_changes(&found, &[(Changed, Both, "api::other")]);
}

#[test]
fn route_that_joins_or_leaves_a_shared_endpoint_is_compared_with_all() {
    let list = || route("api::list", &["GET /a"], guarded(read().and(write())));
    let other = |policy| route("api::other", &["GET /a"], guarded(policy));
    for (policy, effect) in [
        (read(), Loosens),
        (read().and(write()), Neutral),
        (read().and(write()).and(Policy::scope("x")), Tightens),
        (Policy::scope("x"), Both),
    ] {
        let found = changes(vec![list()], vec![list(), other(policy.clone())]);
        assert_changes(&found, &[(Changed, effect, "")]);
        assert!(
            found
                .to_string()
                .contains("several routes share this endpoint"),
            "{found}"
        );
        // `other` can still be there, without its guard and behind a routing guard.
        let left = changes(vec![list(), other(policy.clone())], vec![list()]);
        assert_changes(&left, &[(Changed, Both, "")]);
        assert!(
            left.to_string()
                .contains("one was deleted, or its guard was removed"),
            "{left}"
        );
        // With its guard, it is listed.
        let unreached = route("api::other", &[], guarded(policy.clone()));
        let left = changes(vec![list(), other(policy)], vec![list(), unreached]);
        let expected = match effect {
            Loosens => Tightens,
            Tightens => Loosens,
            other => other,
        };
        assert_changes(&left, &[(Changed, expected, "")]);
    }
    let open = || route("api::open", &["GET /a"], public("p"));
    let left = changes(vec![list(), open()], vec![list()]);
    assert_changes(&left, &[(Changed, Tightens, "")]);
}

#[test]
fn items_at_the_same_incomplete_path_have_nothing_in_common() {
    let list = || route("api::a::list", &["GET "], guarded(read()));
    let other = || route("api::b::list", &["GET "], guarded(Policy::authenticated()));
    let found = changes_of_items(vec![list()], vec![list(), other()]);
    assert_changes(&found, &[(Added, Neutral, "api::b::list")]);
    let found = changes_of_items(vec![list(), other()], vec![other()]);
    assert_changes(&found, &[(Removed, Both, "api::a::list")]);
    // The new handler doesn't hide that the other one may have lost its guard.
    let new = route("api::b::list", &["GET "], guarded(read()));
    let found = changes_of_items(vec![list()], vec![new]);
    assert_changes(
        &found,
        &[
            (Removed, Both, "api::a::list"),
            (Added, Neutral, "api::b::list"),
        ],
    );
}

#[test]
fn unguarded_routes_without_a_name_are_compared() {
    let closure = |endpoint| route("", &[endpoint], Access::Unguarded);
    assert!(changes(vec![closure("GET /a")], vec![closure("GET /a")]).is_empty());
    let found = changes(
        vec![closure("GET /a")],
        vec![closure("GET /a"), closure("GET /b")],
    );
    assert_changes(&found, &[(Added, Loosens, "")]);
    let named = route("api::list", &["GET /a"], guarded(read()));
    let found = changes(vec![named], vec![closure("GET /a")]);
    assert_changes(&found, &[(Changed, Loosens, "")]);
}

#[test]
fn changes_that_loosen_come_first() {
    let app = |policies: [Policy; 4]| {
        let endpoints = ["GET /a", "GET /b", "GET /c", "GET /d"];
        let routes = endpoints.iter().zip(policies);
        let routes = routes.map(|(endpoint, policy)| route("api::f", &[endpoint], guarded(policy)));
        routes.collect::<Vec<_>>()
    };
    let both = || read().and(write());
    let found = changes(
        app([read(), read(), read().and(write()), both()]),
        app([both(), write(), write().and(read()), read()]),
    );
    let effects: Vec<_> = found.iter().map(Change::effect).collect();
    assert_eq!(effects, [Loosens, Both, Tightens, Neutral]);
}

#[test]
fn inventories_of_an_app_and_of_items_are_not_compared() {
    let routes = vec![route("api::list", &["GET /a"], guarded(read()))];
    let app = Inventory::of_app(routes.clone());
    let items = Inventory::of_items(routes);
    for (old, new) in [(&app, &items), (&items, &app)] {
        let found = new.changes_since(old);
        assert_changes(&found, &[(OtherSource, Both, "")]);
        assert!(
            found.to_string().contains("they can't be compared"),
            "{found}"
        );
    }
}
