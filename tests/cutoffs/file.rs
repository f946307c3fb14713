use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use cognito_m2m::cutoff::{CutoffFile, CutoffStore};

use super::suite::{
    NOON, concurrent_sets_leave_one_cutoff_per_client, cutoff, cutoffs_are_set_replaced_and_lifted,
    read, reasons_and_far_times_are_kept, times,
};

/// Creates an empty folder. `name` must differ between tests.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("cognito-m2m-cutoff-{name}-{}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("the folder is created");
    folder
}

async fn file(name: &str) -> (PathBuf, CutoffFile) {
    let path = folder(name).join("cutoffs.json");
    let store = CutoffFile::new(&path);
    for _ in 0..2 {
        store
            .create_if_missing()
            .await
            .expect("the file is created");
    }
    (path, store)
}

fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("the file exists");
    metadata.permissions().mode() & 0o777
}

async fn error_of(store: &CutoffFile) -> String {
    format!("{:?}", store.read().await.expect_err("the file is invalid"))
}

#[actix_web::test]
async fn file_keeps_one_cutoff_per_client() {
    let (_, store) = file("suite").await;
    cutoffs_are_set_replaced_and_lifted(store.clone()).await;
    reasons_and_far_times_are_kept(store).await;
}

#[actix_web::test]
async fn concurrent_sets_are_all_applied_to_a_file() {
    let (path, first) = file("concurrent").await;
    concurrent_sets_leave_one_cutoff_per_client(first, CutoffFile::new(path)).await;
}

/// A volume that is not mounted must not lift the cut-offs.
#[actix_web::test]
async fn missing_file_is_an_error_and_set_creates_it() {
    let path = folder("missing").join("cutoffs.json");
    let store = CutoffFile::new(&path);
    let error = error_of(&store).await;
    assert!(error.contains("cutoffs.json"), "{error}");
    assert!(!store.lift("reporting").await.expect("nothing to lift"));
    assert!(!path.exists());
    store
        .set(cutoff("reporting", 0))
        .await
        .expect("the cut-off is set");
    assert_eq!(read(&store).await, [cutoff("reporting", 0)]);
    store
        .create_if_missing()
        .await
        .expect("the file exists already");
    assert_eq!(read(&store).await.len(), 1);
}

#[actix_web::test]
async fn latest_of_several_entries_applies() {
    let (path, store) = file("duplicates").await;
    let entry = |id: &str, hour| {
        format!(r#"{{"client_id": "{id}", "tokens_issued_before": "2026-11-26T{hour}:00:00Z"}}"#)
    };
    let entries = [
        entry("reporting", 12),
        entry("default:reporting", 13),
        entry("reporting", 11),
    ];
    fs::write(&path, format!("[{}]", entries.join(","))).expect("the file is written");
    let expected = [("reporting".to_owned(), NOON + 3_600)];
    assert_eq!(times(&store).await, expected);
    assert!(store.lift("reporting").await.expect("the store answers"));
    assert_eq!(read(&store).await, []);
}

#[actix_web::test]
async fn invalid_file_is_an_error_and_is_not_overwritten() {
    let (path, store) = file("invalid").await;
    for content in [
        "",
        "{}",
        r#"[{"client_id": "a", "tokens_issued_befor": "2026-11-26T12:00:00Z"}]"#,
    ] {
        fs::write(&path, content).expect("the file is written");
        let error = error_of(&store).await;
        assert!(error.contains("cutoffs.json"), "{error}");
        store
            .set(cutoff("reporting", 0))
            .await
            .expect_err("the file is invalid");
        store
            .lift("reporting")
            .await
            .expect_err("the file is invalid");
        let after = fs::read_to_string(&path).expect("the file is read");
        assert_eq!(after, content);
    }
}

#[actix_web::test]
async fn only_regular_files_of_limited_size_are_read() {
    let (path, store) = file("special").await;
    fs::remove_file(&path).expect("the file is removed");
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo runs").success());
    assert!(error_of(&store).await.contains("regular file"));
    fs::remove_file(&path).expect("the pipe is removed");
    let large = fs::File::create(&path).expect("the file is created");
    large.set_len(17 * 1024 * 1024).expect("the file grows");
    assert!(error_of(&store).await.contains("16 MiB"));
}

#[actix_web::test]
async fn permissions_are_kept_and_nothing_is_left_behind() {
    let (path, store) = file("mode").await;
    fs::write(path.with_extension("json.new"), "left behind").expect("the file is written");
    for expected in [0o640, 0o600, 0o664] {
        fs::set_permissions(&path, fs::Permissions::from_mode(expected)).expect("the mode is set");
        store
            .set(cutoff("reporting", 0))
            .await
            .expect("the cut-off is set");
        assert_eq!(mode(&path), expected);
    }
    let folder = fs::read_dir(path.parent().expect("a folder")).expect("the folder is read");
    let mut names: Vec<_> = folder
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["cutoffs.json", "cutoffs.json.lock"]);
}

/// Kubernetes mounts a file as a link to a link, and replaces the inner one.
#[actix_web::test]
async fn symbolic_links_are_followed_and_kept() {
    let (path, store) = file("link").await;
    let folder = path.parent().expect("a folder").to_owned();
    for version in ["1", "2"] {
        let content = format!(
            r#"[{{"client_id": "v{version}", "tokens_issued_before": "2026-11-26T12:00:00Z"}}]"#
        );
        fs::create_dir(folder.join(version)).expect("the folder is created");
        fs::write(folder.join(version).join("cutoffs.json"), content).expect("the file is written");
    }
    fs::remove_file(&path).expect("the file is removed");
    symlink("data/cutoffs.json", &path).expect("the link is created");
    error_of(&store).await;
    store
        .set(cutoff("reporting", 0))
        .await
        .expect_err("the link leads nowhere");
    for version in ["1", "2"] {
        let _ = fs::remove_file(folder.join("data"));
        symlink(version, folder.join("data")).expect("the link is created");
        let expected = [(format!("v{version}"), NOON)];
        assert_eq!(times(&store).await, expected);
    }
    store
        .set(cutoff("reporting", 0))
        .await
        .expect("the cut-off is set");
    assert!(path.is_symlink());
    let target = fs::read_to_string(folder.join("2/cutoffs.json")).expect("the file is read");
    assert!(target.contains("reporting"), "{target}");
}

#[actix_web::test]
async fn change_fails_while_another_process_holds_the_lock() {
    let (path, store) = file("lock").await;
    let lock = fs::File::open(path.with_extension("json.lock")).expect("the lock file exists");
    lock.lock().expect("the lock is free");
    let set = store.set(cutoff("reporting", 0)).await;
    let error = format!("{:?}", set.expect_err("the lock is held"));
    assert!(error.contains("holds the lock"), "{error}");
    // Reads need no lock.
    assert_eq!(read(&store).await, []);
    drop(lock);
    store
        .set(cutoff("reporting", 0))
        .await
        .expect("the cut-off is set");
}

#[actix_web::test]
async fn more_than_ten_thousand_entries_are_read() {
    let (path, store) = file("many").await;
    let entries = (1..=10_001).map(|number| {
        format!(
            r#"{{"client_id": "client-{number}", "tokens_issued_before": "2026-11-26T12:00:00Z"}}"#
        )
    });
    let entries: Vec<_> = entries.collect();
    fs::write(&path, format!("[{}]", entries.join(","))).expect("the file is written");
    assert_eq!(read(&store).await.len(), 10_001);
}
