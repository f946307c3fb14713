use cognito_m2m::allow_client_ids;

const SYNC: &str = "id 1";

#[allow_client_ids(SYNC)]
async fn handler() {}

fn main() {}
