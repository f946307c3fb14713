//! The environment variables that this crate reads.

use std::ffi::OsString;

/// The prefix of every variable.
pub(crate) const PREFIX: &str = "COGNITO_M2M_";

/// The settings of the token client that have a variable. All other variables are the server's.
pub(crate) const TOKEN_CLIENT_SETTINGS: [&str; 5] = [
    "token_url",
    "client_id",
    "client_secret",
    "client_secret_2",
    "client_scopes",
];

/// A variable with the prefix.
pub(crate) struct Variable {
    /// The name without the prefix, in the case in which it was written.
    pub(crate) name: String,
    /// The value, or what is wrong with it.
    pub(crate) value: Result<String, &'static str>,
}

/// Selects the variables with the prefix.
pub(crate) fn prefixed<N, V>(
    variables: impl IntoIterator<Item = (N, V)>,
) -> impl Iterator<Item = Variable>
where
    N: Into<OsString>,
    V: Into<OsString>,
{
    variables.into_iter().filter_map(|(name, value)| {
        let name = name.into();
        let name = name.to_str()?.strip_prefix(PREFIX)?.to_owned();
        let value = value.into().into_string().map_err(|_| "expected UTF-8");
        Some(Variable { name, value })
    })
}

impl Variable {
    /// Returns the setting of the token client that this variable sets, or `None` if the variable
    /// is the server's.
    pub(crate) fn token_client_setting(&self) -> Option<&'static str> {
        let mut settings = TOKEN_CLIENT_SETTINGS.into_iter();
        settings.find(|setting| setting.to_ascii_uppercase() == self.name)
    }
}
