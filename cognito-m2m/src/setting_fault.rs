//! Errors for invalid settings of the server or the token client.

use std::fmt;

use crate::environment::{PREFIX, variable_of};
use crate::error_report::debug_as_report;

/// An invalid or missing setting.
///
/// It never contains the value of the setting, which may be a secret in the wrong place. `Debug`
/// prints the same text as `Display`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::{BuildError, CognitoAuth, Settings};
///
/// let Err(BuildError::Settings(error)) = CognitoAuth::new(Settings::default()) else {
///     panic!("a user pool is required");
/// };
/// assert_eq!(error.faults()[0].setting(), "region");
/// assert!(error.faults()[0].problem().starts_with("required"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SettingFault {
    setting: String,
    problem: String,
}

impl SettingFault {
    pub(crate) fn new(setting: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            setting: setting.into(),
            problem: problem.into(),
        }
    }

    /// Returns the name of the setting, as in code and in configuration files, such as `region` or
    /// `pools.tenant-a.issuer`.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }

    /// Returns a description of the problem, such as ``required, unless `issuer` and `jwks_url` are
    /// both set``.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, problem } = self;
        let has_variable =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if setting.bytes().all(has_variable) {
            let variable = variable_of(setting);
            write!(f, "`{setting}` ({PREFIX}{variable}): {problem}")
        } else {
            write!(f, "`{setting}`: {problem}")
        }
    }
}

impl fmt::Debug for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The error returned if settings are invalid. It lists all faults.
///
/// `Debug` prints the same text as `Display`, so that a `main` function can return the error.
///
/// # Examples
///
/// ```
/// use cognito_m2m::{CognitoAuth, Settings};
///
/// let settings = Settings::default().issuer("http://issuer.example");
/// let error = CognitoAuth::builder().settings(settings).build().unwrap_err();
/// assert!(error.to_string().contains("`region` (COGNITO_M2M_REGION): required"));
/// assert!(error.to_string().contains("`issuer` (COGNITO_M2M_ISSUER): expected https"));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    faults: Vec<SettingFault>,
}

debug_as_report!(SettingsError);

impl SettingsError {
    pub(crate) fn new(faults: Vec<SettingFault>) -> Self {
        Self { faults }
    }

    /// Returns the invalid and missing settings. There is at least one.
    #[must_use]
    pub fn faults(&self) -> &[SettingFault] {
        &self.faults
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.faults.len() {
            1 => f.write_str("1 fault in the settings of cognito-m2m:")?,
            count => write!(f, "{count} faults in the settings of cognito-m2m:")?,
        }
        self.faults
            .iter()
            .try_for_each(|fault| write!(f, "\n  - {fault}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_names_the_variable_of_a_setting_with_a_digit() {
        let fault = SettingFault::new("client_secret_2", "is empty");
        assert_eq!(
            fault.to_string(),
            "`client_secret_2` (COGNITO_M2M_CLIENT_SECRET_2): is empty"
        );
        let fault = SettingFault::new("pools.tenant.issuer", "is empty");
        assert_eq!(fault.to_string(), "`pools.tenant.issuer`: is empty");
    }

    #[test]
    fn debug_is_the_text_in_lines() {
        let fault = |setting| SettingFault::new(setting, "is empty");
        let error = SettingsError::new(vec![fault("region"), fault("audience")]);
        let text = "2 faults in the settings of cognito-m2m:\n  \
            - `region` (COGNITO_M2M_REGION): is empty\n  \
            - `audience` (COGNITO_M2M_AUDIENCE): is empty";
        assert_eq!(format!("{error:?}"), text);
        assert_eq!(format!("{error:#?}"), text);
    }
}
