use cognito_m2m::{action_scope_map, allow_client_ids, require_scopes, scope_map};

#[require_scopes("widgets/read", danger_report_only = true)]
async fn list() {}

#[require_scopes("widgets/write", danger_report_only = false)]
async fn create() {}

#[allow_client_ids("sync-worker", danger_report_only(true))]
async fn sync() {}

#[scope_map(GET = "widgets/read", danger_report_only: true)]
async fn parts() {}

#[action_scope_map(list = "widgets/read", danger_report_only = "widgets/read")]
mod actions {
    async fn list() {}
}

fn main() {}
