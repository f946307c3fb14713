use cognito_m2m::allow_client_ids;

#[allow_client_ids("id1,id2")]
async fn handler1() {}

#[allow_client_ids("id1 id2")]
async fn handler2() {}

#[allow_client_ids("id1; pool:id2")]
async fn handler3() {}

#[allow_client_ids(" id1")]
async fn handler4() {}

fn main() {}
