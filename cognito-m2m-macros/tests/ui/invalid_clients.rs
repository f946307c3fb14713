use cognito_m2m::allow_client_ids;

#[allow_client_ids("id 1", "pool:a:b", "", "tenant-a:sync")]
async fn handler() {}

fn main() {}
