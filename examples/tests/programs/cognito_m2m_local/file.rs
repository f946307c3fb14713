use std::fs;

use super::folder::Folder;

const MANY_MISTAKES: &str = r#"address = "localhost"
port = 0
user_pool_id = "us-east-1"
issuer = "http://cognito.example/pool"
token_lifetime = "1h"
key_file = ""
keyfile = "marker"
[[clients]]
id = "reporting"
secrt = "marker"
scopes = []
[[clients]]
id = "reporting"
secret = 4711
second_secret = "marker "
scopes = ["a marker", "x", "x", 4711]
[[clients]]
id = "mar\\ker"
secret = "marker"
second_secret = "marker"
scopes = "marker"
"marker 2" = "marker"
"#;

/// The lines and the settings of the mistakes above.
const FOUND: [&str; 20] = [
    "1: `address`: expected an IP address",
    "2: `port`: expected a port",
    "3: `user_pool_id`: expected the ID",
    "4: `issuer`: expected `local`",
    "5: `token_lifetime`: expected a whole number",
    "6: `key_file`: is empty",
    "7: `keyfile`: is not a setting: expected one of `address`, ",
    "8: `clients[0].secret`: is missing",
    "10: `clients[0].secrt`: is not a setting: expected one of `id`, `secret`, ",
    "11: `clients[0].scopes`: expected at least one scope",
    "13: `clients[1].id`: another client has this ID",
    "14: `clients[1].secret`: expected a string",
    "15: `clients[1].second_secret`: expected no line breaks",
    "16: `clients[1].scopes[3]`: expected a string",
    "16: `clients[1].scopes[0]`: expected a scope",
    "16: `clients[1].scopes[2]`: is in the list twice",
    "18: `clients[2].id`: expected the ID",
    "20: `clients[2].second_secret`: expected another secret",
    "21: `clients[2].scopes`: expected a list",
    "22: `clients[2].<name>`: is not a setting",
];

#[test]
fn every_mistake_is_reported_with_its_line_and_without_its_value() {
    let folder = Folder::with_file(MANY_MISTAKES);
    for command in [&["serve"][..], &["token", "reporting"]] {
        let error = folder.failure(command);
        let mut lines = error.lines();
        let first = "cognito-m2m-local: failed to read the settings in clients.toml";
        assert_eq!(lines.next(), Some(first));
        let lines: Vec<_> = lines.collect();
        assert_eq!(lines.len(), FOUND.len(), "{error}");
        for (line, expected) in lines.iter().zip(FOUND) {
            let expected = format!("clients.toml:{expected}");
            assert!(line.starts_with(&expected), "{line} {expected}");
        }
        assert!(
            !error.contains("marker") && !error.contains("4711"),
            "{error}"
        );
    }
    assert_eq!(folder.file_names(), ["clients.toml"]);
}

#[test]
fn values_out_of_range_are_mistakes() {
    for setting in [
        "port = 65536",
        "port = -1",
        "port = 80.0",
        "port = 99999999999999999999",
        "token_lifetime = 0",
        "token_lifetime = -5",
        "token_lifetime = 86401",
        "issuer = \"Local\"",
        "issuer = \"ftp://127.0.0.1/p\"",
        "issuer = \"https://user@id.example/p\"",
        "issuer = \"https://id.example/p?a\"",
        "issuer = \"https://id.example/p#a\"",
        "user_pool_id = \"../pool\"",
    ] {
        let error = Folder::with_file(&format!("{setting}\nclients = []"));
        let error = error.failure(&["serve"]);
        let (name, _) = setting.split_once(' ').expect("a setting");
        let expected = format!("\nclients.toml:1: `{name}`: expected ");
        assert!(error.contains(&expected), "{setting}: {error}");
    }
}

#[test]
fn mistakes_in_the_syntax_are_reported_without_the_line_of_the_file() {
    for (text, line) in [
        ("[[clients]]\nsecret = marker\n", 2),
        ("[[clients]]\nid = \"a\"\nsecret = \"marker\n", 3),
        ("[[clients]]\nsecret = \"marker\"\nsecret = \"marker\"\n", 3),
        ("marker", 1),
    ] {
        let error = Folder::with_file(text).failure(&["serve"]);
        assert!(
            error.contains(&format!("\nclients.toml:{line}: ")),
            "{error}"
        );
        assert!(!error.contains("marker"), "{error}");
    }
}

#[test]
fn file_without_clients_and_missing_file_are_reported() {
    for (text, problem) in [
        ("", "`clients`: is missing"),
        ("clients = 3", "`clients`: expected tables"),
        ("clients = [3]", "`clients[0]`: expected tables"),
        ("[clients]", "`clients`: expected tables"),
    ] {
        let error = Folder::with_file(text).failure(&["token", "reporting"]);
        assert!(error.contains(problem), "{error}");
    }
    let folder = Folder::with_file("");
    let error = folder.failure(&["serve", "--config", "other.toml"]);
    assert!(error.contains("failed to read other.toml: "), "{error}");
}

#[test]
fn clients_can_be_inline_tables() {
    let client = r#"{ id = "reporting", secret = "s3cret", scopes = ["widgets/read"] }"#;
    let folder = Folder::with_file(&format!("clients = [{client}]"));
    folder.token(&["reporting", "widgets/read"]);
}

#[test]
fn example_file_is_valid() {
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/cognito-m2m-local/clients.toml"
    );
    let example = fs::read_to_string(example).expect("the example exists");
    let folder = Folder::with_file(&example);
    for (client, scope) in [("reporting", "widgets/read"), ("admin", "orders/admin")] {
        folder.token(&[client, scope]);
    }
    assert_eq!(folder.file_names(), ["clients.keys.json", "clients.toml"]);
}
