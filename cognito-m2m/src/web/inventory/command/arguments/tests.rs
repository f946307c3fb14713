use super::*;

fn parse(line: &str) -> Result<Command, String> {
    let arguments = Arguments::parse(line.split_whitespace().map(OsString::from));
    arguments
        .map(|arguments| arguments.command)
        .map_err(|error| error.to_string())
}

#[test]
fn commands_have_defaults_and_take_options_in_any_order() {
    for (line, expected) in [
        ("list", Command::List(ListFormat::Table)),
        ("list --format json", Command::List(ListFormat::Json)),
        (
            "--format=markdown list",
            Command::List(ListFormat::Markdown),
        ),
        ("help", Command::Help),
        ("list -h", Command::Help),
        ("--help", Command::Help),
        (
            "diff",
            Command::Diff {
                file: None,
                format: ReportFormat::Text,
            },
        ),
        (
            "diff old.json --format markdown",
            Command::Diff {
                file: Some("old.json".into()),
                format: ReportFormat::Markdown,
            },
        ),
        (
            "terraform --format cli --user-pool-id eu-central-1_A",
            Command::Terraform {
                format: ScopesFormat::Cli,
                user_pool_id: Some("eu-central-1_A".to_owned()),
                existing: Vec::new(),
                resource_servers: Vec::new(),
            },
        ),
        (
            "terraform --resource-server a --existing x.json --resource-server https://b",
            Command::Terraform {
                format: ScopesFormat::Hcl,
                user_pool_id: None,
                existing: vec!["x.json".into()],
                resource_servers: vec!["a".to_owned(), "https://b".to_owned()],
            },
        ),
        (
            "drift servers.json client.json",
            Command::Drift {
                files: vec!["servers.json".into(), "client.json".into()],
                format: ReportFormat::Text,
                resource_servers: Vec::new(),
                trigger_scopes: Vec::new(),
            },
        ),
        (
            "drift --resource-server a --trigger-scope x a.json --trigger-scope y",
            Command::Drift {
                files: vec!["a.json".into()],
                format: ReportFormat::Text,
                resource_servers: vec!["a".to_owned()],
                trigger_scopes: vec!["x".to_owned(), "y".to_owned()],
            },
        ),
    ] {
        assert_eq!(parse(line), Ok(expected), "{line}");
    }
}

#[test]
fn every_mistake_is_explained() {
    for (line, expected) in [
        ("", "expected a command"),
        ("lst", "found \"lst\""),
        ("list x", "unexpected argument \"x\""),
        (
            "list --format yaml",
            "expected `--format table|markdown|json`",
        ),
        ("list --nonsense", "--nonsense"),
        ("list --user-pool-id x", "is an option of `terraform"),
        ("diff a.json b.json", "unexpected argument \"b.json\""),
        ("diff --existing a.json", "is an option of `terraform`"),
        ("list --resource-server a", "of `terraform` and `drift`"),
        ("terraform --trigger-scope a", "is an option of `drift`"),
        ("terraform --format cli", "expected `--user-pool-id ID`"),
        (
            "terraform --user-pool-id x",
            "is an option of `--format cli`",
        ),
        ("drift", "expected a file"),
        ("list --path-parameter id", "NAME=VALUE"),
    ] {
        let message = parse(line).expect_err(line);
        assert!(message.contains(expected), "{line}: {message}");
    }
}

#[test]
fn path_parameters_are_pairs() {
    let line = ["list", "--path-parameter", "id=a=b"].map(OsString::from);
    let arguments = Arguments::parse(line).expect("valid arguments");
    let expected = Values::from([("id".to_owned(), "a=b".to_owned())]);
    assert_eq!(arguments.values, expected);
}
