//! The environment variables that this crate reads.

use std::ffi::OsString;

/// The prefix of every variable.
pub(crate) const PREFIX: &str = "COGNITO_M2M_";

/// The settings of the token client that can be set by an environment variable. All other variables
/// with the prefix are settings of the server.
pub(crate) const TOKEN_CLIENT_SETTINGS: [&str; 15] = [
    "token_url",
    "client_id",
    "client_secret",
    "client_secret_2",
    "client_secret_file",
    "client_scopes",
    "credential_placement",
    "scope_in_query",
    "api_region",
    "api_fallback_region",
    "api_fips",
    "api_url",
    "api_fallback_url",
    "form_parameters",
    "token_store",
];

/// Returns the variable of a setting, without the prefix.
pub(crate) fn variable_of(setting: &str) -> String {
    let name = setting.to_ascii_uppercase();
    match setting {
        "credential_placement" | "scope_in_query" | "form_parameters" | "token_store" => {
            format!("CLIENT_{name}")
        }
        _ if setting.starts_with("api_") => format!("CLIENT_{name}"),
        _ => name,
    }
}

/// An environment variable with the prefix.
pub(crate) struct Variable {
    /// The name without the prefix, in its original case.
    pub(crate) name: String,
    /// The value, or the reason why it is invalid.
    pub(crate) value: Result<String, &'static str>,
}

/// Selects the variables with the prefix, except for those that Kubernetes sets.
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
        let variable = Variable { name, value };
        (!variable.describes_kubernetes_service()).then_some(variable)
    })
}

impl Variable {
    /// Returns the name of the token client setting that this variable sets, or `None` if the
    /// variable is for the server.
    pub(crate) fn token_client_setting(&self) -> Option<&'static str> {
        let mut settings = TOKEN_CLIENT_SETTINGS.into_iter();
        settings.find(|setting| variable_of(setting) == self.name)
    }

    /// Returns `true` for a variable that Kubernetes sets in every container, because a Service in
    /// the namespace is named `cognito-m2m`, or has a name that begins with `cognito-m2m-`
    /// (Kubernetes documentation, "Service", "Environment variables").
    ///
    /// No setting has a name of these forms.
    fn describes_kubernetes_service(&self) -> bool {
        // `SERVICE_HOST` of `cognito-m2m`, `API_SERVICE_HOST` of `cognito-m2m-api`.
        let parts: Vec<&str> = self.name.split('_').collect();
        let mut splits = (0..parts.len()).filter_map(|start| parts.split_at_checked(start));
        let is_of_service = |(service, form): (&[&str], &[&str])| {
            service.iter().all(|part| is_service_name(part)) && self.is_kubernetes_form(form)
        };
        splits.any(is_of_service)
    }

    fn is_kubernetes_form(&self, form: &[&str]) -> bool {
        match form {
            ["SERVICE", "HOST" | "PORT"] => true,
            ["SERVICE", "PORT", port @ ..] => port.iter().all(|part| is_service_name(part)),
            // With another value, it is more likely a mistaken setting, such as
            // `COGNITO_M2M_PORT=8080`.
            ["PORT"] => self.value.as_deref().is_ok_and(is_kubernetes_address),
            ["PORT", number, protocol] | ["PORT", number, protocol, "PROTO" | "PORT" | "ADDR"] => {
                number.parse::<u16>().is_ok() && PROTOCOLS.contains(protocol)
            }
            _ => false,
        }
    }
}

/// The protocols of Kubernetes Services, as in the names of variables.
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

/// Returns `true` for a part of a name in which Kubernetes has replaced hyphens by underscores.
fn is_service_name(part: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    part.bytes().all(is_allowed)
}

/// Returns `true` for an address such as `tcp://10.0.0.11:8080`.
fn is_kubernetes_address(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, address)| {
        PROTOCOLS.contains(&scheme.to_ascii_uppercase().as_str()) && !address.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remaining(variables: &[(&str, &str)]) -> Vec<String> {
        let variables = prefixed(variables.iter().copied());
        variables.map(|variable| variable.name).collect()
    }

    #[test]
    fn variables_of_a_kubernetes_service_are_ignored() {
        for service in ["", "API_", "CLIENT_", "V2_BLUE_GREEN_", "PORT_", "SERVICE_"] {
            for (form, value) in [
                ("SERVICE_HOST", "10.0.0.11"),
                ("SERVICE_PORT", "8080"),
                ("SERVICE_PORT_HTTP", "8080"),
                ("SERVICE_PORT_HTTP_METRICS_2", "8081"),
                ("PORT", "tcp://10.0.0.11:8080"),
                ("PORT", "udp://10.0.0.11:53"),
                ("PORT", "sctp://[fd00::1]:9"),
                ("PORT_8080_TCP", "tcp://10.0.0.11:8080"),
                ("PORT_8080_TCP_PROTO", "tcp"),
                ("PORT_8080_TCP_PORT", "8080"),
                ("PORT_8080_TCP_ADDR", "10.0.0.11"),
                ("PORT_53_UDP", "udp://10.0.0.11:53"),
                ("PORT_53_UDP_ADDR", "10.0.0.11"),
                ("PORT_9_SCTP_PROTO", "sctp"),
            ] {
                let name = format!("{PREFIX}{service}{form}");
                assert_eq!(remaining(&[(&name, value)]), [""; 0], "{name}={value}");
            }
        }
    }

    #[test]
    fn other_variables_are_read_even_if_their_names_look_similar() {
        for (name, value) in [
            ("REGION", "us-east-1"),
            ("REGIONN", "us-east-1"),
            ("PORT", "8080"),
            ("PORT", ""),
            ("PORT", "https://id.example"),
            ("JWKS_PORT", "8080"),
            ("PORT_8080", "tcp://10.0.0.11:8080"),
            ("PORT_8080_HTTP", "tcp://10.0.0.11:8080"),
            ("PORT_HTTP_TCP", "tcp://10.0.0.11:8080"),
            ("PORT_8080_TCP_HOST", "10.0.0.11"),
            ("PORT_99999_TCP", "tcp://10.0.0.11:99999"),
            ("SERVICE", "api"),
            ("SERVICE_HOSTS", "10.0.0.11"),
            ("SERVICE_HOST_NAME", "api"),
            ("API_HOST", "10.0.0.11"),
            ("service_host", "10.0.0.11"),
            ("api_SERVICE_HOST", "10.0.0.11"),
            ("CLIENT_ID", "reporting"),
        ] {
            let variable = format!("{PREFIX}{name}");
            assert_eq!(remaining(&[(&variable, value)]), [name], "{name}={value}");
        }
    }
}
