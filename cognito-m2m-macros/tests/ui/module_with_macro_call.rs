use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    macro_rules! handlers {
        () => {};
    }

    handlers!();
}

fn main() {}
