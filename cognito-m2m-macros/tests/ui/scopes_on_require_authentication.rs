use cognito_m2m::require_authentication;

#[require_authentication("widgets/read")]
async fn handler() {}

fn main() {}
