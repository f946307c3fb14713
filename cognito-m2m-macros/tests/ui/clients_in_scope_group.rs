use cognito_m2m::allow_client_ids;

#[allow_client_ids(any("a", "b"))]
async fn handler() {}

fn main() {}
