use cognito_m2m::require_scopes;

#[require_scopes("widgets/read")]
mod widgets {
    use cognito_m2m::ServicePrincipal;

    pub async fn handler(principal: ServicePrincipal) -> String {
        principal.
    }

    pub fn plain(text: &str) -> usize {
        text.
    }

    pub struct Widget;

    impl Widget {
        pub fn name(&self) -> &'static str {
            let name =
        }
    }
}

fn main() {}
