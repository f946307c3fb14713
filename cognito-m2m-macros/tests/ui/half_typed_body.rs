use cognito_m2m::{ServicePrincipal, require_scopes};

#[require_scopes("widgets/read")]
async fn handler(principal: ServicePrincipal) -> String {
    principal.
}

fn main() {}
