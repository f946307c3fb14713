use cognito_m2m::{action_scope_map, require_any_scope, require_scopes, scope_map};

#[require_scopes("widgets/read", report_only)]
async fn list() {}

#[require_any_scope("widgets/write", "widgets/admin", danger_reports_only)]
async fn create() {}

#[scope_map(GET = "widgets/read", dry_run = true)]
async fn parts() {}

#[action_scope_map(list = "widgets/read", report_only = false)]
mod actions {
    async fn list() {}
}

#[require_scopes("widgets/read", danger_report_olny)]
async fn orders() {}

#[scope_map(GET = "widgets/read", danger_repot_only: true)]
async fn prices() {}

fn main() {}
