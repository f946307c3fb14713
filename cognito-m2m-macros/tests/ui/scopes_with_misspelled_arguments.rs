cognito_m2m::scopes! {
    #[resource_sever("widgets")]
    mod misspelled {
        pub const READ: &str = "read";
    }

    #[resource_server("widgets", crat = cognito_m2m)]
    mod misspelled_crate {
        pub const READ: &str = "read";
    }

    #[resource_server("widgets", description = "The widgets API")]
    mod unknown {
        pub const READ: &str = "read";
    }

    #[resource_server = "widgets"]
    mod in_another_notation {
        pub const READ: &str = "read";
    }

    #[resource_server(identifier = "widgets")]
    mod with_name {
        pub const READ: &str = "read";
    }

    #[resource_server("widgets", crate = "cognito_m2m")]
    mod quoted_crate {
        pub const READ: &str = "read";
    }

    #[resource_server("widgets")]
    #[resource_server("gadgets")]
    mod twice {
        pub const READ: &str = "read";
    }
}

fn main() {}
