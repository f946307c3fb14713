use cognito_m2m::{require_scopes, scope_map};

#[scope_map(GET = ["a" || "b", "c" "d", 1.5, "", b"e"], POST = "f/g,h/i" PUT = 5)]
async fn handler1() {}

#[require_scopes(any("a" "b", 1, all["c", "d"]), match = "on")]
async fn handler2() {}

fn main() {}
