use cognito_m2m::require_authentication;

#[require_authentication(error: refuse)]
async fn handler() {}

fn main() {}
