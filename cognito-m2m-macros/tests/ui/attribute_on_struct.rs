use cognito_m2m::require_scopes;

#[require_scopes("a")]
struct Widgets;

fn main() {}
