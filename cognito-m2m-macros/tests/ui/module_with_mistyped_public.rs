use cognito_m2m::require_scopes;

#[require_scopes("widgets/read")]
mod widgets {
    #[public(reasn = "a probe")]
    pub(crate) async fn live() {}

    #[cognito_m2m::public]
    pub(crate) async fn ready() {}
}

fn main() {}
