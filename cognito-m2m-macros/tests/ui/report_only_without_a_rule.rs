use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

#[require_scopes(danger_report_only)]
async fn list() {}

#[allow_client_ids(danger_report_only)]
async fn sync() {}

#[scope_map(danger_report_only)]
async fn parts() {}

fn main() {}
