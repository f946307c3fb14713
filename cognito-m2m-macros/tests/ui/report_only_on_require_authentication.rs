use cognito_m2m::require_authentication;

#[require_authentication(danger_report_only)]
async fn list() {}

#[require_authentication(danger_report_only)]
mod admin {
    async fn purge() {}
}

fn main() {}
