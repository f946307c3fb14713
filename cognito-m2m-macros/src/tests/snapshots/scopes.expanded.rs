/// The scopes of the widgets API.
#[cfg(feature = "widgets")]
pub mod scopes {
    //! Granted by the platform team.
    /// Lists and reads
    /// widgets.
    ///
    /// Without their prices.
    ///
    /// The scope `https://widgets.example.com/read`.
    pub const READ: &str = "https://widgets.example.com/read";
    #[cfg(feature = "write")]
    #[deprecated]
    /// The scope `https://widgets.example.com/write`.
    pub(crate) const WRITE: &'static str = "https://widgets.example.com/write";
    /// The scopes of the resource server `https://widgets.example.com`.
    #[allow(dead_code, deprecated, unreachable_pub)]
    pub const ALL: &[&::core::primitive::str] = &[READ, #[cfg(feature = "write")] WRITE];
}
#[cfg(feature = "widgets")]
const _: () = {
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::ScopeDefinition { scope :
        "https://widgets.example.com/read", description : "Lists and reads widgets.", }
    }
    #[cfg(feature = "write")]
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::ScopeDefinition { scope :
        "https://widgets.example.com/write", description : "", }
    }
};
/// The scopes of the resource server `sales`.
mod sales {
    /// The scope `sales/admin`.
    pub const ADMIN: &str = "sales/admin";
    /// The scopes of the resource server `sales`.
    #[allow(dead_code, deprecated, unreachable_pub)]
    pub const ALL: &[&::core::primitive::str] = &[ADMIN];
}
const _: () = {
    ::renamed::__private::inventory::submit! {
        ::renamed::__private::ScopeDefinition { scope : "sales/admin", description : "",
        }
    }
};
