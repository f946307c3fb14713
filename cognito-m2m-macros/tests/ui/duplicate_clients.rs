use cognito_m2m::allow_client_ids;

#[allow_client_ids("id1", "id1", group = "a", group = "a")]
async fn handler() {}

fn main() {}
