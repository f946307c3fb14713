use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

#[require_scopes(any("widgets/read", "widgets/admin", danger_report_only))]
async fn list() {}

#[scope_map(GET = ["widgets/read", danger_report_only])]
async fn parts() {}

#[allow_client_ids(group = danger_report_only)]
async fn sync() {}

fn main() {}
