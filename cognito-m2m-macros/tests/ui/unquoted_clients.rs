use cognito_m2m::allow_client_ids;

#[allow_client_ids(7k2m9f3qexample, 12345)]
async fn handler1() {}

#[allow_client_ids(sync-worker)]
async fn handler2() {}

#[allow_client_ids(group = team-sync)]
async fn handler3() {}

fn main() {}
