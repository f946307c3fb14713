use std::{fs, thread};

use super::{CLIENTS, folder::Folder};
use crate::program::run_fetch_token;

const KEY_FILE: &str = "clients.keys.json";

/// Returns the header of a token, which contains the ID of the key.
fn header(token: &str) -> String {
    let (header, _) = token.split_once('.').expect("a token has parts");
    header.to_owned()
}

#[test]
fn restart_keeps_the_issuer_and_tokens_remain_valid() {
    let folder = super::folder();
    let first = folder.serve();
    let fetched = run_fetch_token(&first.environment());
    let fetched = String::from_utf8(fetched.stdout).expect("a token is UTF-8");
    let variables = first.variables.clone();
    assert_eq!(first.program.stop(), Some(0));

    let second = folder.serve();
    assert_eq!(second.variables, variables);
    second.claims(&fetched);
    assert_eq!(header(&fetched), header(&folder.token(&["other"])));
}

#[test]
fn token_is_signed_before_the_first_start_of_the_server() {
    let folder = super::folder();
    let token = folder.token(&["reporting"]);
    folder.serve().claims(&token);
}

#[test]
fn programs_that_start_at_the_same_time_use_the_same_keys() {
    let folder = super::folder();
    let headers: Vec<String> = thread::scope(|scope| {
        let sign = || header(&folder.token(&["reporting"]));
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(sign)).collect();
        let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|header| header.expect("a token")).collect()
    });
    assert!(
        headers.iter().all(|header| *header == headers[0]),
        "{headers:?}"
    );
    assert_eq!(folder.file_names(), [KEY_FILE, "clients.toml"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_keys() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = super::folder();
    folder.token(&["reporting"]);
    let metadata = fs::metadata(folder.file(KEY_FILE)).expect("the file exists");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn path_of_the_keys_starts_at_the_folder_of_the_file() {
    let folder = Folder::new("key_file = \"secret.json\"", CLIENTS);
    folder.token(&["reporting"]);
    assert_eq!(folder.file_names(), ["clients.toml", "secret.json"]);

    let folder = Folder::new("key_file = \"missing/secret.json\"", CLIENTS);
    let error = folder.failure(&["token", "reporting"]);
    assert!(
        error.contains("failed to create the key file missing/secret.json"),
        "{error}"
    );
}

#[test]
fn damaged_key_file_is_neither_used_nor_replaced_nor_quoted() {
    let folder = super::folder();
    folder.token(&["reporting"]);
    let path = folder.file(KEY_FILE);
    let keys = fs::read_to_string(&path).expect("the file exists");
    let mut parsed: serde_json::Value = serde_json::from_str(&keys).expect("JSON");
    let one_key = parsed["keys"][0].take();
    for damaged in [
        String::new(),
        "\"marker\"".to_owned(),
        keys[..keys.len() / 2].to_owned(),
        keys.replace("-----BEGIN PRIVATE", "-----BEGIN marker"),
        keys.replace("\"kid\"", "\"marker\""),
        serde_json::json!({ "keys": [one_key] }).to_string(),
        serde_json::json!({ "keys": [one_key, one_key] }).to_string(),
    ] {
        fs::write(&path, &damaged).expect("the file is writable");
        for command in [&["serve"][..], &["token", "reporting"]] {
            let error = folder.failure(command);
            assert!(error.contains(KEY_FILE), "{error}");
            assert!(error.contains("remove it to create new keys"), "{error}");
            assert!(!error.contains("marker"), "{error}");
        }
        let unchanged = fs::read_to_string(&path).expect("the file exists");
        assert_eq!(unchanged, damaged);
    }
}
