//! Errors for invalid settings of the server or the token client.

use std::fmt;

use crate::environment::{PREFIX, variable_of};

/// An invalid or missing setting.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
        if setting
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        {
            let variable = variable_of(setting);
            write!(f, "`{setting}` ({PREFIX}{variable}): {problem}")
        } else {
            write!(f, "`{setting}`: {problem}")
        }
    }
}

/// The error returned if settings are invalid. It lists all faults.
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    faults: Vec<SettingFault>,
}

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
