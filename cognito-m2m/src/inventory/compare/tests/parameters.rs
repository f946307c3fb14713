//! Paths whose parameters get other names or regular expressions.

use super::*;
use crate::inventory::Change;
use crate::inventory::Effect::{self, Both, Loosens, Neutral, Tightens};

fn app(handler: &str, endpoint: &str, access: Access) -> Vec<Route> {
    vec![route(handler, &[endpoint], access)]
}

fn effects(changes: &Changes) -> Vec<Effect> {
    changes.iter().map(Change::effect).collect()
}

#[test]
fn loosened_route_is_found_although_its_parameter_was_renamed() {
    let both = || guarded(read().and(write()));
    for handler in ["api::show", ""] {
        for (old, new) in [
            ("GET /a/{id}", "GET /a/{key}"),
            (r"GET /a/{id:\d+}", "GET /a/{id}"),
            ("GET /a/{tail}*", "GET /a/{rest:.*}"),
            ("GET /a/{id}/b/{b}", r"GET /a/{a}/b/{b:\d{2}}"),
        ] {
            let same = changes(app(handler, old, both()), app(handler, new, both()));
            assert_eq!(effects(&same), [Neutral], "{same}");
            let loosened = changes(
                app(handler, old, both()),
                app(handler, new, guarded(read())),
            );
            assert_eq!(effects(&loosened), [Loosens], "{loosened}");
        }
    }
}

#[test]
fn both_patterns_are_shown() {
    let show = |endpoints: &[&str], policy| vec![route("api::show", endpoints, guarded(policy))];
    let found = changes(
        show(&["GET /a/{id}", "HEAD /a/{id}"], read().and(write())),
        show(&["GET /a/{key}", "HEAD /a/{key}"], read()),
    );
    assert_eq!(
        text(&found),
        "LOOSENED GET /a/{key}, HEAD /a/{key}, before /a/{id} (api::show): was a/read and a/write, now a/read\n    \
         a token with the scope a/read was refused and is now admitted"
    );
    let markdown = found.to_markdown();
    assert!(
        markdown.contains("| `GET /a/{key}`<br>`HEAD /a/{key}`<br>before `/a/{id}` |"),
        "{markdown}"
    );
}

#[test]
fn open_route_with_another_regular_expression_loosens() {
    for (old, new, effect) in [
        ("GET /a/{id}", "GET /a/{key}", Neutral),
        (r"GET /a/{id:\d+}", r"GET /a/{key:\d+}", Neutral),
        (r"GET /a/{id:\d+}", "GET /a/{id}", Loosens),
    ] {
        let found = changes(app("", old, public("p")), app("", new, public("p")));
        assert_eq!(effects(&found), [effect], "{found}");
    }
    let two = [r"GET /a/{id:\d+}", "GET /a/{id:[a-z]+}"].map(|old| app("", old, public("p")));
    let found = changes(two.concat(), app("", "GET /a/{id}", public("p")));
    assert_eq!(effects(&found), [Loosens], "{found}");
}

#[test]
fn claim_is_compared_with_the_parameter_in_the_same_place() {
    let claim = |parameter| guarded(Policy::claim_equals_path("tenant", parameter));
    for (old, new, effect) in [
        (("GET /t/{id}", "id"), ("GET /t/{key}", "key"), Neutral),
        (("GET /t/{id}", "id"), ("GET /t/{key}", "id"), Both),
        (
            ("GET /t/{tenant}/{id}", "tenant"),
            ("GET /t/{id}/{tenant}", "tenant"),
            Both,
        ),
        // The path had no such parameter, so every token was refused.
        (("GET /t/{id}", "key"), ("GET /t/{key}", "key"), Loosens),
    ] {
        let found = changes(
            app("api::show", old.0, claim(old.1)),
            app("api::show", new.0, claim(new.1)),
        );
        assert_eq!(effects(&found), [effect], "{found}");
    }
}

#[test]
fn parameters_that_change_at_once_are_compared_by_handler() {
    let pair = |digits: &str, any: &str, handlers: [&str; 2]| {
        vec![
            route(handlers[0], &[digits], guarded(read())),
            route(handlers[1], &[any], guarded(write())),
        ]
    };
    let old = |handlers| pair(r"GET /a/{id:\d+}", "GET /a/{name}", handlers);
    let new = |handlers| pair(r"GET /a/{n:\d+}", "GET /a/{key}", handlers);
    let named = ["api::number", "api::name"];
    let found = changes(old(named), new(named));
    assert_eq!(effects(&found), [Neutral, Neutral], "{found}");
    // Without names, it is unknown which route is which.
    let found = changes(old(["", ""]), new(["", ""]));
    assert_eq!(effects(&found), [Both], "{found}");
}

#[test]
fn route_beside_one_with_the_same_shape_is_compared_with_it() {
    let any = || route("api::any", &["GET /a/{id}"], guarded(read()));
    let digits = |policy| route("api::digits", &[r"GET /a/{n:\d+}"], guarded(policy));
    let strict = || read().and(write());
    // Requests with digits reach `api::any` before and after.
    for (policy, added, removed) in [
        (Policy::authenticated(), Loosens, Tightens),
        (read(), Neutral, Tightens),
        (strict(), Neutral, Both),
    ] {
        let found = changes(vec![any()], vec![any(), digits(policy.clone())]);
        assert_eq!(effects(&found), [added], "{found}");
        let found = changes(vec![any(), digits(policy)], vec![any()]);
        assert_eq!(effects(&found), [removed], "{found}");
    }
    let found = changes(vec![any(), digits(strict())], vec![any()]);
    assert_eq!(
        text(&found),
        "REMOVED (may loosen) GET /a/{n:\\d+} (api::digits): was a/read and a/write; other routes still answer at this path\n    \
         a token with the scope a/read was refused and is now admitted"
    );
}
