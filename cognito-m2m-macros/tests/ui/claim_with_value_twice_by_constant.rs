use cognito_m2m::require_claim;

mod environments {
    pub const PROD: &str = "prod";
}

#[require_claim("environment" = [environments::PROD, environments::PROD])]
async fn handler() {}

fn main() {}
