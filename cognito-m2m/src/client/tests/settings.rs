use super::*;
use crate::client::{TokenClientBuildError, TokenClientSettings};

const VALID: [(&str, &str); 5] = [
    ("token_url", "http://127.0.0.1:9/oauth2/token"),
    ("client_id", "reporting"),
    ("client_secret", "m4rker one"),
    ("client_secret_2", "m4rker two"),
    ("client_scopes", "widgets/read"),
];

/// Returns the faults of valid settings with one value replaced: from the environment, from a file,
/// and from code.
fn faults_with(setting: &str, text: &str) -> [Vec<String>; 3] {
    let value = |name, valid| if name == setting { text } else { valid };
    let values = VALID.map(|(name, valid)| (name, value(name, valid)));
    let variable = |(name, value): (&str, &str)| {
        let name = format!("COGNITO_M2M_{}", name.to_uppercase());
        (name, value.to_owned())
    };
    let from_environment = TokenClientSettings::from_variables(values.map(variable));
    let file = values.map(|(name, value)| (name.to_owned(), value.into()));
    let file = serde_json::Value::Object(file.into_iter().collect());
    let from_file = serde_json::from_value(file).unwrap();
    let [url, id, one, two, scopes] = values.map(|(_, value)| value);
    let builder = TokenClient::builder();
    let from_code = builder
        .token_url(url)
        .client_id(id)
        .client_secret(one)
        .second_client_secret(two)
        .client_scopes(scopes);
    [
        faults(TokenClient::builder().settings(from_environment)),
        faults(TokenClient::builder().settings(from_file)),
        faults(from_code),
    ]
}

fn faults(builder: TokenClientBuilder) -> Vec<String> {
    match builder.build() {
        Ok(_) => Vec::new(),
        Err(TokenClientBuildError::Settings(error)) => {
            error.faults().iter().map(ToString::to_string).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn line_breaks_and_blanks_around_credentials_are_faults_without_the_value() {
    for (setting, valid) in &VALID[..4] {
        let variable = format!("COGNITO_M2M_{}", setting.to_uppercase());
        for text in [
            format!("{valid}\n"),
            format!("{valid}\r\n"),
            format!("\n{valid}"),
            format!(" {valid}"),
            format!("{valid}\t"),
            format!("{valid}\u{a0}"),
            format!("\u{feff}{valid}"),
            format!("{valid}\u{0}"),
            format!("{valid}\n{valid}"),
            "\r\n".to_owned(),
            String::new(),
        ] {
            for faults in faults_with(setting, &text) {
                let [fault] = faults.as_slice() else {
                    panic!("{setting}={text:?}: {faults:?}");
                };
                let named = format!("`{setting}` ({variable}): ");
                assert!(fault.starts_with(&named), "{text:?}: {fault}");
                assert!(!fault.contains(valid), "{fault}");
            }
        }
        for faults in faults_with(setting, &format!("{valid}\r\n")) {
            assert!(faults[0].contains("line break"), "{faults:?}");
        }
        for faults in faults_with(setting, valid) {
            assert_eq!(faults, [""; 0], "{setting}");
        }
    }
}

#[test]
fn line_breaks_around_the_domain_are_faults() {
    for (prefix, region, setting) in [
        ("example\n", "us-east-1", "token_client.domain_prefix"),
        ("example", " us-east-1", "token_client.region"),
    ] {
        let builder = TokenClient::builder().domain(prefix, region);
        let builder = builder.client_id("reporting").client_secret(SECRET);
        let faults = faults(builder);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with(&format!("`{setting}`")), "{faults:?}");
        assert!(faults[0].contains("line break or a blank"), "{faults:?}");
    }
}

#[test]
fn whitespace_between_scopes_is_accepted() {
    for faults in faults_with("client_scopes", " widgets/read\n widgets/write\n") {
        assert_eq!(faults, [""; 0]);
    }
    for faults in faults_with("client_scopes", "m4rker\"x") {
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("(COGNITO_M2M_CLIENT_SCOPES): expected scopes"));
        assert!(!faults[0].contains("m4rker"), "{faults:?}");
    }
}
