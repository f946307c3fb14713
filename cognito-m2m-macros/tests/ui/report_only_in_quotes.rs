use cognito_m2m::{allow_client_ids, require_scopes};

#[require_scopes("widgets/read", "danger_report_only")]
async fn list() {}

#[allow_client_ids("sync-worker", "danger_report_only")]
async fn sync() {}

fn main() {}
