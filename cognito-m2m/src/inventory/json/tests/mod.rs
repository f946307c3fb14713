mod errors;
mod schema;

use fastrand::Rng;

use super::*;
use crate::inventory::Access;
use crate::inventory::samples::{any_inventory, guarded, report_only, route, wrap};
use crate::policy::{Policy, ScopeRule};

fn sample() -> Inventory {
    let map = Policy::scope_map([
        (
            "POST",
            ScopeRule::any(["widgets/write", "widgets/admin"]).expect("valid scopes"),
        ),
        (
            "GET",
            ScopeRule::all(["widgets/read"]).expect("valid scopes"),
        ),
    ]);
    let tenant =
        wrap(Policy::claim_equals_path("tenant", "tenant_id").and(Policy::authenticated()));
    let public = Access::Public {
        reason: Some("load balancer".to_owned()),
    };
    let guards = vec![tenant, report_only(map)];
    Inventory::of_app(vec![
        route(
            "widgets",
            &["POST /widgets", "GET /widgets"],
            Access::Guarded(guards),
        ),
        route("health", &["GET /health"], public),
        route("legacy", &[], Access::Unguarded),
    ])
}

#[test]
fn json_is_written_in_a_fixed_order() {
    let inventory = Inventory::of_items(vec![route(
        "list",
        &["GET /widgets"],
        guarded([Policy::scope("widgets/read")]),
    )]);
    let expected = r#"{
  "version": 1,
  "source": "items",
  "routes": [
    {
      "handler": "my_api::list",
      "file": "src/main.rs",
      "line": 7,
      "endpoints": [
        {
          "method": "GET",
          "path": "/widgets"
        }
      ],
      "access": "guarded",
      "guards": [
        {
          "source": "attribute",
          "report_only": false,
          "words": "widgets/read",
          "rule": {
            "scopes": "widgets/read"
          }
        }
      ]
    }
  ]
}
"#;
    assert_eq!(inventory.to_json(), expected);
    let without_lines = expected.replace("      \"line\": 7,\n", "");
    assert_eq!(write::to_json(&inventory, |_| None), without_lines);
}

#[test]
fn methods_keep_their_order_and_occur_once() {
    let rule = |scope| ScopeRule::all([scope]).expect("a valid scope");
    let map = [("POST", rule("a")), ("GET", rule("b")), ("POST", rule("c"))];
    let inventory = |entries: &[(&'static str, ScopeRule)]| {
        let policy = Policy::scope_map(entries.to_vec());
        Inventory::of_items(vec![route("list", &[], guarded([policy]))])
    };
    let json = inventory(&map).to_json();
    let (post, get) = (json.find("\"POST\": {"), json.find("\"GET\": {"));
    assert!(post.is_some() && post < get, "{json}");
    let read = Inventory::from_json(&json).expect("an inventory");
    assert_eq!(read, inventory(&map[..2]));
}

#[test]
fn generated_inventories_are_read_as_they_were_written() {
    let mut rng = Rng::with_seed(13);
    for _ in 0..300 {
        let inventory = any_inventory(&mut rng);
        let json = inventory.to_json();
        let read = Inventory::from_json(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
        assert_eq!(read, inventory, "{json}");
        assert_eq!(read.to_json(), json);
    }
    assert_eq!(
        Inventory::from_json(&sample().to_json()).expect("an inventory"),
        sample()
    );
}

#[test]
fn unknown_members_and_words_are_ignored() {
    let json = sample().to_json();
    let changed = json
        .replace(
            "\"version\": 1,",
            "\"version\": 1, \"generator\": {\"a\": [1]},",
        )
        .replace("\"access\":", "\"tags\": [], \"access\":")
        .replace("\"words\": \"", "\"new\": null, \"words\": \"not ");
    assert_ne!(changed, json);
    assert_eq!(
        Inventory::from_json(&changed).expect("an inventory"),
        sample()
    );
}
