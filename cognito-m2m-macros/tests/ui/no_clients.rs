use cognito_m2m::allow_client_ids;

#[allow_client_ids()]
async fn handler() {}

fn main() {}
