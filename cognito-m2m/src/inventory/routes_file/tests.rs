use super::*;
use crate::inventory::samples::guarded;
use crate::inventory::{Endpoint, Route};
use crate::policy::Policy;

/// A directory that is removed at the end of the test.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        let name = format!("cognito-m2m-routes-file-{test}-{}", process::id());
        let path = env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn file(&self) -> RoutesFile {
        RoutesFile::new(self.0.join(FILE_NAME))
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a directory");
        let name = |entry: io::Result<fs::DirEntry>| {
            let name = entry.expect("an entry").file_name();
            name.into_string().expect("UTF-8")
        };
        entries.map(name).collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn app(handler: Option<&str>, policy: Policy, line: u32) -> Inventory {
    Inventory::of_app(vec![Route {
        handler: handler.map(ToOwned::to_owned),
        file: Some("src/api.rs".to_owned()),
        line: Some(line),
        endpoints: vec![Endpoint::new("GET", "/a")],
        access: guarded([policy]),
    }])
}

fn reading(line: u32) -> Inventory {
    app(Some("my_api::list"), Policy::scope("a/read"), line)
}

fn open() -> Inventory {
    app(Some("my_api::list"), Policy::authenticated(), 1)
}

#[test]
fn update_creates_the_file_and_rewrites_it_only_if_it_differs() {
    let directory = Directory::new("update");
    let file = directory.file();
    let check = |inventory: &Inventory, update| file.check(inventory, Some("my-api"), update);
    for (inventory, expected) in [
        (reading(1), RoutesFileOutcome::Written),
        (reading(1), RoutesFileOutcome::Unchanged),
        (reading(2), RoutesFileOutcome::Unchanged),
        (open(), RoutesFileOutcome::Written),
    ] {
        assert_eq!(check(&inventory, true).expect("an outcome"), expected);
        let outcome = check(&inventory, false).expect("an outcome");
        assert_eq!(outcome, RoutesFileOutcome::Unchanged);
    }
    assert_eq!(directory.names(), [FILE_NAME]);
}

#[test]
fn formatting_and_lines_are_no_difference() {
    let directory = Directory::new("formatting");
    let file = directory.file();
    let json: serde_json::Value = serde_json::from_str(&reading(7).to_json()).expect("JSON");
    fs::write(file.path(), json.to_string()).expect("a file");
    let outcome = file.check(&reading(1), None, false).expect("an outcome");
    assert_eq!(outcome, RoutesFileOutcome::Unchanged);
    let written = fs::read_to_string(file.path()).expect("a file");
    assert_eq!(written, json.to_string());
}

#[test]
fn difference_ends_with_the_command_that_rewrites_the_file() {
    let directory = Directory::new("difference");
    let file = directory.file();
    file.check(&reading(1), None, true).expect("an outcome");
    let error = file.check(&open(), None, false).expect_err("a difference");
    let path = file.path().display();
    let expected = format!(
        "the routes differ from `{path}`:\n\n\
         LOOSENED GET /a (my_api::list): was a/read, now any valid token\n    \
         a token without scopes was refused and is now admitted\n\n\
         if this is intended, rewrite the file with `UPDATE_COGNITO_ROUTES=1 cargo test`, and commit it"
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(format!("{error:?}"), expected);
    let written = fs::read_to_string(file.path()).expect("a file");
    assert_eq!(written, reading(1).to_json_without_lines());
}

#[test]
fn inventory_without_a_handler_of_the_app_is_an_error_even_with_update() {
    let directory = Directory::new("foreign");
    let file = directory.file();
    let foreign = app(Some("my_api_client::list"), Policy::scope("a/read"), 1);
    let unregistered = Inventory::of_app(vec![Route {
        endpoints: Vec::new(),
        ..foreign.routes()[0].clone()
    }]);
    for update in [false, true] {
        for empty in [
            Inventory::of_app(Vec::new()),
            Inventory::of_items(Vec::new()),
            unregistered.clone(),
        ] {
            let error = file
                .check(&empty, Some("my_api"), update)
                .expect_err("an error");
            assert!(error.to_string().contains("links no handlers"), "{error}");
            assert!(file.check(&empty, None, update).is_err());
        }
        let error = file
            .check(&foreign, Some("my_api"), update)
            .expect_err("an error");
        assert!(
            error
                .to_string()
                .contains("no handler of the crate `my_api`"),
            "{error}"
        );
    }
    assert!(directory.names().is_empty());
    // An unnamed handler at an endpoint of the app may be one of the crate.
    let unnamed = app(None, Policy::scope("a/read"), 1);
    file.check(&unnamed, Some("my_api"), true)
        .expect("an outcome");
}

#[test]
fn missing_and_invalid_files_are_errors_until_they_are_rewritten() {
    let directory = Directory::new("invalid");
    let file = directory.file();
    let check = |update| file.check(&reading(1), None, update);
    let error = check(false).expect_err("an error").to_string();
    assert!(
        error.contains("does not exist: create it with `UPDATE_COGNITO_ROUTES=1"),
        "{error}"
    );
    for content in ["", "<<<<<<< HEAD", "{}", r#"{"version": 99}"#] {
        fs::write(file.path(), content).expect("a file");
        let error = check(false).expect_err("an error");
        assert!(matches!(error, RoutesFileError::Invalid { .. }), "{error}");
        assert!(error.to_string().contains(FILE_NAME), "{error}");
        assert!(format!("{error:?}").contains("\ncaused by: "), "{error:?}");
        check(true).expect("an outcome");
        check(false).expect("an outcome");
    }
    fs::write(file.path(), b"\xff").expect("a file");
    assert!(matches!(check(false), Err(RoutesFileError::Read { .. })));
}

#[test]
fn file_that_cannot_be_written_is_an_error() {
    let directory = Directory::new("write");
    let file = RoutesFile::new(directory.0.join("missing").join(FILE_NAME));
    let error = file.check(&reading(1), None, true).expect_err("an error");
    assert!(matches!(error, RoutesFileError::Write { .. }), "{error}");
    // A directory can't be replaced by a file.
    let file = RoutesFile::new(&directory.0);
    assert!(file.check(&reading(1), None, true).is_err());
}

#[cfg(unix)]
#[test]
fn symbolic_link_is_kept_and_its_target_is_written() {
    let directory = Directory::new("link");
    let (link, target) = (directory.file(), directory.0.join("target.json"));
    let second = directory.0.join("second.json");
    std::os::unix::fs::symlink("second.json", link.path()).expect("a link");
    std::os::unix::fs::symlink("target.json", &second).expect("a link");
    // The target does not exist at first.
    for inventory in [reading(1), open()] {
        link.check(&inventory, None, true).expect("an outcome");
        assert!(link.path().is_symlink());
        assert!(second.is_symlink());
        let written = fs::read_to_string(&target).expect("a file");
        assert_eq!(written, inventory.to_json_without_lines());
    }
    assert_eq!(directory.names().len(), 3);
}

#[test]
fn variable_counts_unless_it_is_empty_or_zero() {
    for (value, expected) in [
        ("", false),
        ("0", false),
        ("1", true),
        ("true", true),
        ("00", true),
    ] {
        assert_eq!(is_request(value.as_bytes()), expected, "{value:?}");
    }
}

#[test]
fn file_is_beside_the_manifest_of_the_package() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(RoutesFile::of_package().path(), manifest.join(FILE_NAME));
}
