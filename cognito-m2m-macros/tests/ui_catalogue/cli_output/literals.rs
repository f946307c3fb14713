use cognito_m2m::require_scopes;

#[require_scopes("widgets/raed", "https://sales.example.com/admn", "admin", "reports/read")]
async fn handler() {}

fn main() {}
