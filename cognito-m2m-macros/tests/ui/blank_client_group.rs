use cognito_m2m::allow_client_ids;

#[allow_client_ids(group = " ")]
async fn handler() {}

fn main() {}
