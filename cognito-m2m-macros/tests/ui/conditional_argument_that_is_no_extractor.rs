use cognito_m2m::require_scopes;

#[require_scopes("a")]
async fn list(#[cfg(all())] _: u8, #[cfg(any())] _: u16, body: String) -> String {
    body
}

fn main() {}
