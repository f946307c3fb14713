use cognito_m2m::action_scope_map;

#[action_scope_map(handler = "a")]
async fn handler() {}

fn main() {}
