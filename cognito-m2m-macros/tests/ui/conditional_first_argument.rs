use cognito_m2m::require_scopes;

#[require_scopes("a")]
async fn handler(
    #[cfg(all())] _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
    _: String,
) {
}

fn main() {}
