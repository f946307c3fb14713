use cognito_m2m::require_scopes;

#[require_scopes("widgets/read")]
mod widgets {
    #[public(reason = "all of them are probes")]
    mod probes {
        pub(crate) async fn live() {}
    }
}

fn main() {}
