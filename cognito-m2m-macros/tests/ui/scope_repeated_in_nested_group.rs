use cognito_m2m::require_all_scopes;

#[require_all_scopes("a", any("b", all("a", "c")))]
async fn handler() {}

fn main() {}
