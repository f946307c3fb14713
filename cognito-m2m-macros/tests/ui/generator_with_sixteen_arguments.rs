use cognito_m2m::require_scopes;
// Another attribute with the name of the one of apistos.
use cognito_m2m::require_authentication as api_operation;

#[require_scopes("a")]
#[api_operation]
async fn handler(
    _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (),
    _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (),
) {
}

fn main() {
    let _ = handler;
}
