cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        /// Reads widgets. This sentence is the first paragraph of a description that is far too long for
        /// Cognito, because it has the names of all widgets, gadgets, their parts, their owners, their
        /// colors, their sizes, their prices, and everything else that a client can read with it.
        pub const READ: &str = "read";
        /// Writes widgets.
        ///
        /// This paragraph may be as long as it likes, since only the first paragraph is the description that
        /// Cognito gets. This paragraph may be as long as it likes, since only the first paragraph is the
        /// description that Cognito gets. This paragraph may be as long as it likes.
        pub const WRITE: &str = "write";
    }
}

fn main() {}
