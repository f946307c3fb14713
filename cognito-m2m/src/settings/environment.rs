use std::ffi::OsString;

use super::Settings;
use super::value::UnparsedValue;
use crate::environment::{PREFIX, Variable, prefixed};
use crate::setting_fault::SettingFault;
use crate::setting_text::shown_name;

impl Settings {
    /// Reads the settings from the environment variables with the prefix `COGNITO_M2M_`.
    ///
    /// Lists are separated by commas, groups are written `reporting=id1,id2;sync=id3`, booleans are
    /// `true` or `false`, and durations are in seconds or have a unit (`300`, `5m`).
    ///
    /// Variables that Kubernetes sets for a Service named `cognito-m2m` or `cognito-m2m-..` are
    /// ignored, such as `COGNITO_M2M_SERVICE_HOST` and `COGNITO_M2M_PORT=tcp://..`.
    ///
    /// Invalid values and unknown variables are reported by
    /// [`CognitoAuthBuilder::build`](crate::CognitoAuthBuilder::build), together with all other
    /// faults.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::{CognitoAuth, Settings};
    ///
    /// let settings = Settings::from_env().realm("widgets");
    /// let auth = CognitoAuth::builder().settings(settings).build()?;
    /// # Ok::<(), cognito_m2m::BuildError>(())
    /// ```
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_variables(std::env::vars_os())
    }

    /// Reads the settings like [`from_env`](Self::from_env), but from the given variables instead
    /// of the environment of the process.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Settings;
    ///
    /// let settings = Settings::from_variables([
    ///     ("COGNITO_M2M_REGION", "us-east-1"),
    ///     ("COGNITO_M2M_USER_POOL_ID", "us-east-1_AbCdEfGhI"),
    ///     ("COGNITO_M2M_LEEWAY", "30s"),
    /// ]);
    /// ```
    #[must_use]
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let mut settings = Self::default();
        for variable in prefixed(variables) {
            if variable.token_client_setting().is_none() {
                settings.take_variable(variable);
            }
        }
        settings
    }

    fn take_variable(&mut self, variable: Variable) {
        let name = variable.name.to_ascii_lowercase();
        match variable.value {
            // Names are case-sensitive: another case is a typo, not another name of the setting.
            Ok(_) if name.to_ascii_uppercase() != variable.name => {
                let variable = format!("{PREFIX}{}", shown_name(&variable.name));
                let problem = "is not a variable of cognito-m2m: variable names are in upper case";
                self.faults.push(SettingFault::new(variable, problem));
            }
            Ok(text) => self.set(&name, UnparsedValue::Text(text)),
            Err(problem) => self
                .faults
                .push(SettingFault::new(shown_name(&name), problem)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::unguarded_routes::UnguardedRoutes;

    fn faults(variables: &[(&str, &str)]) -> Vec<String> {
        let settings = Settings::from_variables(variables.iter().copied());
        settings.faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn settings_of_every_type_are_read() {
        let settings = Settings::from_variables([
            ("COGNITO_M2M_REGION", "us-east-1"),
            ("COGNITO_M2M_LEEWAY", "5m"),
            ("COGNITO_M2M_ALLOWED_CLIENT_IDS", "a, b"),
            (
                "COGNITO_M2M_RESOURCE_SERVERS",
                "widgets, https://api.example.com",
            ),
            ("COGNITO_M2M_CLIENT_GROUPS", "reporting=id1,id2;sync=id3"),
            ("COGNITO_M2M_POOLS", "eu-west-1_a,eu-west-1_b"),
            ("COGNITO_M2M_FAIL_ON_INVALID_BEARER", "false"),
            ("COGNITO_M2M_UNGUARDED_ROUTES", "deny"),
            ("COGNITO_M2M_CLIENT_SECRET", "of the token client"),
            ("COGNITO_M2M_CLIENT_SECRET_2", "of the token client"),
            ("HOME", "/home/app"),
        ]);
        assert!(settings.faults.is_empty(), "{:?}", settings.faults);
        assert_eq!(settings.leeway, Duration::from_secs(300));
        assert_eq!(
            settings.allowed_client_ids.as_deref(),
            Some(&["a".to_owned(), "b".to_owned()][..])
        );
        assert_eq!(
            settings.resource_servers.as_deref(),
            Some(&["widgets".to_owned(), "https://api.example.com".to_owned()][..])
        );
        assert_eq!(settings.client_groups.len(), 2);
        assert_eq!(settings.pools.len(), 2);
        assert!(!settings.fail_on_invalid_bearer);
        assert_eq!(settings.unguarded_routes, UnguardedRoutes::Deny);
    }

    #[test]
    fn all_faults_are_collected_with_the_name_of_the_variable() {
        let faults = faults(&[
            ("COGNITO_M2M_LEEWAY", "-5"),
            ("COGNITO_M2M_ALLOWED_CLIENT_ID", "secret-looking"),
            ("COGNITO_M2M_AUDIENCE", ""),
            ("COGNITO_M2M_Region", "us-east-1"),
        ]);
        assert_eq!(faults.len(), 4);
        assert!(
            faults[0].starts_with("`leeway` (COGNITO_M2M_LEEWAY): expected a duration"),
            "{}",
            faults[0]
        );
        assert!(
            faults[1].contains("(COGNITO_M2M_ALLOWED_CLIENT_ID): is not a setting"),
            "{}",
            faults[1]
        );
        assert!(!faults[1].contains("secret-looking"));
        assert!(faults[2].contains("is empty"), "{}", faults[2]);
        assert!(faults[3].contains("COGNITO_M2M_Region"), "{}", faults[3]);
    }
}
