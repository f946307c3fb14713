use cognito_m2m::require_scopes;

#[require_scopes(danger_report_only, "widgets/read", danger_report_only)]
async fn list() {}

fn main() {}
