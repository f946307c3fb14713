use super::secret_files::SecretFile;
use super::*;
use crate::client::{ClientSecrets, TokenClientBuildError, TokenClientSettings};

fn faults(builder: TokenClientBuilder) -> Vec<String> {
    match builder.build() {
        Ok(_) => Vec::new(),
        Err(TokenClientBuildError::Settings(error)) => {
            error.faults().iter().map(ToString::to_string).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

fn builder() -> TokenClientBuilder {
    builder_without_secret("http://127.0.0.1:9/oauth2/token")
}

async fn secret() -> Result<String, std::io::Error> {
    Ok(SECRET.to_owned())
}

/// Returns the builders for a file with this path: with the setting from code, from the environment,
/// and from a configuration file.
fn builders_with_file(token_url: &str, path: &str) -> [TokenClientBuilder; 3] {
    let from_environment = TokenClientSettings::from_variables([
        ("COGNITO_M2M_TOKEN_URL", token_url),
        ("COGNITO_M2M_CLIENT_ID", "reporting"),
        ("COGNITO_M2M_CLIENT_SECRET_FILE", path),
    ]);
    let from_file = serde_json::from_value(serde_json::json!({
        "token_url": token_url,
        "client_id": "reporting",
        "client_secret": null,
        "client_secret_file": path,
    }));
    let from_file: TokenClientSettings = from_file.unwrap();
    [
        builder_without_secret(token_url).client_secret_file(path),
        builder_without_secret(token_url).settings(from_environment),
        builder_without_secret(token_url).settings(from_file),
    ]
}

#[tokio::test]
async fn file_is_a_source_in_code_in_the_environment_and_in_a_configuration_file() {
    let cognito = LocalCognito::start().unwrap();
    register(&cognito, SECRET);
    for line_break in ["", "\n", "\r\n"] {
        let file = SecretFile::new(format!("{SECRET}{line_break}"));
        for builder in builders_with_file(&cognito.token_url(), file.path().to_str().unwrap()) {
            let tokens = builder.build().unwrap();
            tokens.token("widgets/read").await.unwrap();
        }
    }
}

#[tokio::test]
async fn callback_can_return_every_type_of_secret() {
    let fixture = |change: fn(TokenClientBuilder) -> TokenClientBuilder| {
        set_up_without_secret(Duration::from_secs(300), change)
    };
    for fixture in [
        fixture(|it| it.client_secret_from(secret)),
        fixture(|it| it.client_secret_from(async || Ok::<_, String>(SECRET))),
        fixture(|it| {
            it.client_secret_from(|| async { Ok::<secrecy::SecretString, String>(SECRET.into()) })
        }),
        fixture(|it| {
            it.client_secret_from(|| async {
                let secrets = ClientSecrets::new("withdrawn").with_second(SECRET);
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(secrets)
            })
        }),
    ] {
        fixture.tokens.token("widgets/read").await.unwrap();
    }
}

#[test]
fn two_sources_together_are_a_fault_that_names_both() {
    let file = SecretFile::new(SECRET);
    let file = || file.path().to_owned();
    let cases: [(TokenClientBuilder, &[(&str, &str)]); 7] = [
        (
            builder().client_secret("m4rker").client_secret_file(file()),
            &[("client_secret", "`client_secret_file`")],
        ),
        (
            builder().client_secret("m4rker").client_secret_from(secret),
            &[("client_secret", "`client_secret_from`")],
        ),
        (
            builder()
                .client_secret_from(secret)
                .client_secret_file(file()),
            &[("client_secret_file", "`client_secret_from`")],
        ),
        (
            builder()
                .second_client_secret("m4rker")
                .client_secret_file(file()),
            &[("client_secret_2", "`client_secret_file`")],
        ),
        (
            builder()
                .second_client_secret("m4rker")
                .client_secret_from(secret),
            &[("client_secret_2", "`client_secret_from`")],
        ),
        (
            builder()
                .client_secret("m4rker")
                .client_secret_file("m4rker")
                .client_secret_from(secret),
            &[
                (
                    "client_secret",
                    "`client_secret_file` and the callback `client_secret_from`",
                ),
                ("client_secret_file", "`client_secret_from`"),
            ],
        ),
        (
            builder()
                .client_secret("m4rker")
                .second_client_secret("m4rker")
                .client_secret_file(file()),
            &[
                ("client_secret", "`client_secret_file`"),
                ("client_secret_2", "`client_secret_file`"),
            ],
        ),
    ];
    for (builder, expected) in cases {
        let faults = faults(builder);
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, (setting, other)) in faults.iter().zip(expected) {
            assert!(fault.starts_with(&format!("`{setting}` (")), "{fault}");
            assert!(
                fault.contains("can't be combined") && fault.contains(other),
                "{fault}"
            );
            assert!(!fault.contains("m4rker"), "{fault}");
        }
    }
}

#[test]
fn one_source_is_required() {
    for builder in [builder(), builder().second_client_secret(SECRET)] {
        let faults = faults(builder);
        let [fault] = faults.as_slice() else {
            panic!("{faults:?}");
        };
        assert!(fault.starts_with("`client_secret` (COGNITO_M2M_CLIENT_SECRET): required"));
        assert!(fault.contains("`client_secret_file`"), "{fault}");
        assert!(fault.contains("`client_secret_from`"), "{fault}");
    }
}

#[test]
fn invalid_paths_are_faults_without_the_path() {
    let missing = std::env::temp_dir().join("m4rker-of-a-missing-file");
    let missing = missing.to_str().unwrap();
    for path in [
        "", " ", "m4rker\n", " m4rker", "m4r\0ker", "m4rker/", missing,
    ] {
        for builder in builders_with_file("http://127.0.0.1:9/token", path) {
            let shown = format!("{builder:?} {builder:#?}");
            assert!(!shown.contains("m4r"), "{shown}");
            let faults = faults(builder);
            let [fault] = faults.as_slice() else {
                panic!("{path:?}: {faults:?}");
            };
            let named = "`client_secret_file` (COGNITO_M2M_CLIENT_SECRET_FILE): ";
            assert!(fault.starts_with(named), "{path:?}: {fault}");
            assert!(!fault.contains("m4r"), "{fault}");
        }
    }
    let not_a_string: TokenClientSettings =
        serde_json::from_value(serde_json::json!({"client_secret_file": ["m4rker"]})).unwrap();
    let builder = TokenClient::builder().settings(not_a_string);
    let faults = faults(
        builder
            .token_url("http://127.0.0.1:9/t")
            .client_id("reporting"),
    );
    assert_eq!(
        faults,
        ["`client_secret_file` (COGNITO_M2M_CLIENT_SECRET_FILE): expected a string"]
    );
}

#[test]
fn invalid_content_is_a_fault_without_the_content() {
    let file = SecretFile::new("");
    let too_large = "m4rker".repeat(1_000);
    for (content, problem) in [
        (&b""[..], "found an empty text"),
        (b"\n", "found an empty text"),
        (b" \r\n", "found an empty text"),
        (b"m4rker\n\n", "surrounding whitespace"),
        (b" m4rker\n", "surrounding whitespace"),
        (b"m4rker\t\n", "surrounding whitespace"),
        (b"\xef\xbb\xbfm4rker", "byte order mark"),
        (b"m4rker\r", "surrounding whitespace"),
        (b"m4rker\nm4rker\n", "no line breaks"),
        (b"m4rker\0", "control characters"),
        (b"m4rker\xff", "expected UTF-8"),
        (too_large.as_bytes(), "at most 4096 bytes"),
    ] {
        std::fs::write(file.path(), content).unwrap();
        let faults = faults(builder().client_secret_file(file.path()));
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains(problem), "{problem}: {faults:?}");
        assert!(!faults[0].contains("m4rker"), "{faults:?}");
    }
    std::fs::write(file.path(), "x".repeat(4_096)).unwrap();
    assert_eq!(faults(builder().client_secret_file(file.path())), [""; 0]);
}

#[test]
fn what_is_not_a_regular_file_is_a_fault() {
    let file = SecretFile::new(SECRET);
    let folder = file.path().parent().unwrap();
    for path in [folder, "/dev/null".as_ref()] {
        let faults = faults(builder().client_secret_file(path));
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("expected a regular file"), "{faults:?}");
    }
    let in_a_file = file.path().join("secret");
    let faults = faults(builder().client_secret_file(in_a_file));
    assert!(faults[0].contains("failed to read the file"), "{faults:?}");
}

/// Opening a named pipe waits until another process writes to it.
#[cfg(unix)]
#[test]
fn named_pipe_does_not_stop_the_start() {
    let file = SecretFile::new(SECRET);
    let pipe = file.path().with_extension("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let faults = faults(builder().client_secret_file(pipe));
    assert!(faults[0].contains("expected a regular file"), "{faults:?}");
}

#[test]
fn all_faults_are_reported_together_with_that_of_the_file() {
    let builder = TokenClient::builder().client_secret_file("/missing/file");
    let faults = faults(builder);
    assert_eq!(faults.len(), 3, "{faults:?}");
}
