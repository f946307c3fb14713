use cognito_m2m::require_scopes;

mod evil {
    macro_rules! handler {
        ($name:ident) => {
            async fn $name() {}
        };
    }

    pub(crate) use handler;
    pub(crate) use handler as println;
    pub(crate) use handler as info;
}

#[require_scopes("a")]
mod handlers {
    use super::evil as tracing;
    use super::evil::handler as vec;
    use super::evil::println;

    macro_rules! format {
        ($name:ident) => {
            handler!($name);
        };
    }

    fn configure() {
        println!(open);
    }

    fn configure_by_path() {
        super::evil::info!(open);
    }

    fn configure_by_local_macro() {
        macro_rules! matches {
            ($name:ident) => {};
        }
        matches!(open);
    }
}

fn main() {}
