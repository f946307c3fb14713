use std::fmt;

/// The fields of the start-up log line that are not values of single settings.
pub(crate) struct StartupFields<'s> {
    pub(crate) issuers: &'s [(&'s str, &'s str)],
    pub(crate) has_custom_validator: bool,
    pub(crate) allowed_clients: AllowedClients,
    pub(crate) guarded_handlers: usize,
    pub(crate) public_handlers: usize,
}

/// The default allowlist in the start-up log line: the number of clients, or `all`.
pub(crate) struct AllowedClients(pub(crate) Option<usize>);

impl fmt::Display for AllowedClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(count) => count.fmt(f),
            None => f.write_str("all"),
        }
    }
}

/// A text in the start-up log line, or `none`.
pub(super) struct OptionalText<'s>(pub(super) Option<&'s str>);

impl fmt::Display for OptionalText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, "{text:?}"),
            None => f.write_str("none"),
        }
    }
}

/// A list in the start-up log line, or `none`.
pub(super) struct OptionalList<'s>(pub(super) Option<&'s [String]>);

impl fmt::Display for OptionalList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(entries) => write!(f, "{entries:?}"),
            None => f.write_str("none"),
        }
    }
}

/// Defines `Settings` from one table, so that the field, the setter, the `serde` name, the
/// environment variable and the start-up log line cannot drift apart.
///
/// A row is `setter name(example): Type = default, logged ..;`. It ends with `logged as value`,
/// `logged as text` (of an optional text), `logged as list` (of an optional list), `logged as debug` or `logged as count`; with
/// `logged in field` if the setting is part of another field of the line; or with `not logged`.
macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])+
        $setter:ident $name:ident($example:expr): $type:ty = $default:expr,
        $(logged as $format:ident)? $(logged in $field:ident)? $(not $logged:ident)?;
    )+) => {
        /// The settings of [`CognitoAuth`](crate::CognitoAuth).
        ///
        /// Each setting has a method, a name for `serde`, and an environment variable: the name in
        /// upper case with the prefix `COGNITO_M2M_`. Methods take a duration as a
        /// [`Duration`](std::time::Duration). Other sources take a number of seconds, or a number
        /// with a unit (`300`, `250ms`, `5m`, `24h`, `1d`).
        ///
        /// Settings are checked by [`CognitoAuthBuilder::build`](crate::CognitoAuthBuilder::build),
        /// which reports all faults together, without the values. `null` in a `serde` source leaves a
        /// setting out.
        ///
        /// # Examples
        ///
        /// ```
        /// use cognito_m2m::Settings;
        ///
        /// let settings = Settings::default()
        ///     .region("us-east-1")
        ///     .user_pool_id("us-east-1_AbCdEfGhI")
        ///     .resource_servers(["widgets"]);
        ///
        /// let same: Settings = serde_json::from_str(r#"{
        ///     "region": "us-east-1",
        ///     "user_pool_id": "us-east-1_AbCdEfGhI",
        ///     "resource_servers": ["widgets"],
        ///     "leeway": "30s"
        /// }"#)?;
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        #[derive(Clone)]
        pub struct Settings {
            $(pub(crate) $name: $type,)+
            pub(crate) jwks: Option<String>,
            /// The origin of a local Cognito, which serves the JWK Sets of all issuers.
            pub(crate) aws_origin: Option<String>,
            pub(crate) faults: Vec<SettingFault>,
        }

        impl Default for Settings {
            fn default() -> Self {
                Self {
                    $($name: $default,)+
                    jwks: None,
                    aws_origin: None,
                    faults: Vec::new(),
                }
            }
        }

        impl Settings {
            $(settings!(@setter $setter $name, $type,
                $(#[doc = $doc])+
                #[doc = "\n # Examples\n\n ```\n # use std::time::Duration;\n # use cognito_m2m::{ScopeMatch, Settings};"]
                #[doc = concat!(" let settings = Settings::default().", stringify!($name), "(", stringify!($example), ");\n ```")]
            );)+

            /// Logs the settings on one line. None of them is a secret.
            pub(crate) fn log(&self, startup: &StartupFields<'_>) {
                tracing::info!(
                    issuers = ?startup.issuers,
                    has_own_validator = startup.has_custom_validator,
                    allowed_clients = %startup.allowed_clients,
                    $($($name = settings!(@field $format self.$name),)?)+
                    guarded_handlers = startup.guarded_handlers,
                    public_handlers = startup.public_handlers,
                    "cognito-m2m is ready"
                );
            }

            pub(super) fn assign(&mut self, name: &str, value: UnparsedValue) -> Result<(), String> {
                match name {
                    $(stringify!($name) => if let Some(value) = value.parse()? {
                        self.$name = value;
                    },)+
                    _ => return Err("is not a setting: check its spelling".to_owned()),
                }
                Ok(())
            }
        }

        /// Leaves out passwords in URLs. They are a fault, but these settings may not have been
        /// checked.
        impl std::fmt::Debug for Settings {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("Settings")
                    $(.field(stringify!($name), &settings!(@shown $name self.$name)))+
                    .field("has_jwks", &self.jwks.is_some())
                    .field("faults", &self.faults)
                    .finish()
            }
        }
    };
    (@shown issuer $value:expr) => { $value.as_deref().map(RedactedUrl) };
    (@shown jwks_url $value:expr) => { $value.as_deref().map(RedactedUrl) };
    (@shown $name:ident $value:expr) => { $value };
    (@setter value $name:ident, $type:ty, $(#[$attribute:meta])+) => {
        $(#[$attribute])+
        #[must_use]
        pub fn $name(mut self, value: $type) -> Self {
            self.$name = value;
            self
        }
    };
    (@setter text $name:ident, $type:ty, $(#[$attribute:meta])+) => {
        $(#[$attribute])+
        #[must_use]
        pub fn $name(mut self, text: impl Into<String>) -> Self {
            self.$name = text.into().into();
            self
        }
    };
    (@setter list $name:ident, $type:ty, $(#[$attribute:meta])+) => {
        $(#[$attribute])+
        #[must_use]
        pub fn $name(mut self, entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
            self.$name = Some(entries.into_iter().map(Into::into).collect());
            self
        }
    };
    (@setter types $name:ident, $type:ty, $(#[$attribute:meta])+) => {
        $(#[$attribute])+
        #[must_use]
        pub fn $name(mut self, types: impl IntoIterator<Item = IssuerType>) -> Self {
            self.$name = Some(types.into_iter().collect());
            self
        }
    };
    // A method below the table adds one entry at a time.
    (@setter map $name:ident, $type:ty, $(#[$attribute:meta])+) => {};
    (@field value $value:expr) => { $value };
    (@field text $value:expr) => { tracing::field::display(OptionalText($value.as_deref())) };
    (@field list $value:expr) => { tracing::field::display(OptionalList($value.as_deref())) };
    (@field debug $value:expr) => { tracing::field::debug(&$value) };
    (@field count $value:expr) => { $value.len() };
}

pub(super) use settings;
