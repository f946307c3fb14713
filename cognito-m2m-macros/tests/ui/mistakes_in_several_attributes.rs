use cognito_m2m::{allow_client_ids, require_scopes};

#[require_scopes]
#[allow_client_ids]
async fn handler() {}

fn main() {}
