use cognito_m2m::require_claim;

const NAME: &str = "";

#[require_claim(NAME = "acme")]
async fn handler() {}

fn main() {}
