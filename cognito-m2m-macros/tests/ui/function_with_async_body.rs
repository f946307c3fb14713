use cognito_m2m::require_scopes;

struct Rewritten<F>(F);

// As if an attribute above had rewritten an `async fn`.
#[require_scopes("a")]
fn handler() -> Rewritten<impl Sized> {
    Rewritten(async move { "hello" })
}

fn main() {
    let _ = handler;
}
