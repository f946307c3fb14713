cognito_m2m::scopes! {
    /// The scopes of the widgets API.
    #[cfg(feature = "widgets")]
    #[resource_server("https://widgets.example.com")]
    pub mod scopes {
        //! Granted by the platform team.

        /// Lists and reads
        /// widgets.
        ///
        /// Without their prices.
        pub const READ: &str = "read";
        #[cfg(feature = "write")]
        #[deprecated]
        pub(crate) const WRITE: &'static str = "write";
    }

    #[resource_server("sales", crate = ::renamed)]
    mod sales {
        pub const ADMIN: &str = "admin";
    }
}
