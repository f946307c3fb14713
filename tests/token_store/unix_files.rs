//! Permissions, owners and links of the files of a store, and the locks that are leases.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use cognito_m2m::client::{TokenStore as _, TokenStoreError};
use cognito_m2m_tests::CapturedLog;

use super::fixture::{Pool, TemporaryFolder, token};

const LEASE: Duration = Duration::from_secs(30);

fn mode_of(path: &Path) -> u32 {
    let metadata = fs::symlink_metadata(path).expect("the file exists");
    metadata.permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the owner sets the mode");
}

#[actix_web::test]
async fn files_are_readable_by_their_owner_only() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    token(&pool.client(folder.store())).await;
    assert_eq!(mode_of(&folder.0), 0o700);
    let files = folder.files("");
    assert_eq!(files.len(), 3, "an entry, a lease and the lock: {files:?}");
    for file in files {
        assert_eq!(mode_of(&file), 0o600, "{file:?}");
    }
    // The mode of an existing folder stays.
    set_mode(&folder.0, 0o750);
    token(&pool.client(folder.store())).await;
    assert_eq!(mode_of(&folder.0), 0o750);
}

/// Stores a token, changes its file, and checks that the next client requests another token.
async fn is_refused_and_replaced(what: &str, change: impl FnOnce(&Path)) {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let first = token(&pool.client(folder.store())).await;
    change(&folder.entry());
    let second = token(&pool.client(folder.store())).await;
    assert_ne!(second, first, "{what}");
    let entry = folder.entry();
    let metadata = fs::symlink_metadata(&entry).expect("the entry exists");
    assert!(metadata.is_file() && mode_of(&entry) == 0o600, "{what}");
    assert_eq!(token(&pool.client(folder.store())).await, second, "{what}");
    assert_eq!(pool.requests(), 2, "{what}");
}

#[actix_web::test]
async fn entry_with_permissions_for_others_is_refused() {
    for mode in [0o604, 0o640, 0o644, 0o602, 0o660, 0o666] {
        is_refused_and_replaced("a mode", |path| set_mode(path, mode)).await;
    }
}

/// Only `root` can give files away. For other users, the check is left out.
#[actix_web::test]
async fn entry_of_another_user_is_refused() {
    let folder = TemporaryFolder::new();
    fs::write(&folder.0, "").expect("a file");
    let own = fs::metadata(&folder.0).expect("a file").uid();
    if chown(&folder.0, Some(own + 1), None).is_err() {
        println!("LEFT OUT: entries of other users: only root can give files away");
        return;
    }
    is_refused_and_replaced("another owner", |path| {
        chown(path, Some(own + 1), None).expect("root gives the file away");
    })
    .await;
}

#[actix_web::test]
async fn symbolic_link_in_place_of_an_entry_is_not_followed() {
    let elsewhere = TemporaryFolder::new();
    is_refused_and_replaced("a link", |path| {
        // It leads to the valid entry itself.
        fs::rename(path, &elsewhere.0).expect("the entry is moved");
        symlink(&elsewhere.0, path).expect("a symbolic link");
    })
    .await;
    assert!(elsewhere.0.is_file(), "the target is untouched");
}

#[actix_web::test]
async fn named_pipe_in_place_of_an_entry_does_not_block() {
    is_refused_and_replaced("a pipe", |path| {
        fs::remove_file(path).expect("the entry is removed");
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("`mkfifo` is installed").success());
        set_mode(path, 0o600);
    })
    .await;
}

#[actix_web::test]
async fn symbolic_link_in_place_of_a_lock_is_not_followed() {
    for ending in [".lease", ".lock"] {
        let pool = Pool::start();
        let folder = TemporaryFolder::new();
        let first = token(&pool.client(folder.store())).await;
        let target = TemporaryFolder::new();
        let lock = folder.files(ending).pop().expect("a lock file");
        fs::remove_file(&lock).expect("the lock is removed");
        fs::remove_file(folder.entry()).expect("the entry is removed");
        symlink(&target.0, &lock).expect("a symbolic link");
        assert_ne!(token(&pool.client(folder.store())).await, first);
        assert!(!target.0.exists(), "the target was created");
        // Without a lease, the token is still shared.
        token(&pool.client(folder.store())).await;
        assert_eq!(pool.requests(), 2, "{ending}");
    }
}

#[actix_web::test]
async fn refused_file_is_logged_with_its_reason() {
    let Some(log) = CapturedLog::alone(refused_file_is_logged_with_its_reason) else {
        return;
    };
    is_refused_and_replaced("a mode", |path| set_mode(path, 0o644)).await;
    let lines = log.lines_with("WARN");
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(
        lines[0].contains("an entry of the token store is ignored"),
        "{lines:#?}"
    );
    assert!(lines[0].contains("expected mode 0600"), "{lines:#?}");
}

#[actix_web::test]
async fn lease_of_a_process_that_hangs_ends_after_30_seconds() {
    let folder = TemporaryFolder::new();
    let store = folder.store();
    let lease = || store.lease("key", LEASE);
    let first = lease().await.expect("a store").expect("a free lease");
    let file = File::options()
        .write(true)
        .open(folder.0.join("key.lease"))
        .expect("the lease is a file");
    let moved = |begin: SystemTime| file.set_modified(begin).expect("the owner sets the time");
    let now = SystemTime::now();
    moved(now - Duration::from_secs(20));
    assert!(lease().await.expect("a store").is_none());
    // A clock that was set back a little.
    moved(now + Duration::from_secs(20));
    assert!(lease().await.expect("a store").is_none());
    moved(now - LEASE);
    let second = lease().await.expect("a store").expect("an ended lease");
    assert!(lease().await.expect("a store").is_none());
    // Releasing the first one changes nothing.
    first.release().await;
    assert!(lease().await.expect("a store").is_none());
    second.release().await;
    assert!(lease().await.expect("a store").is_some());
}

#[actix_web::test]
async fn old_files_are_removed_and_others_stay() {
    let folder = TemporaryFolder::new();
    let store = folder.store();
    store
        .put("first", b"entry".to_vec(), LEASE)
        .await
        .expect("the folder is created");
    let names = [
        "a.token",
        "a.lease",
        ".a.token.0123.tmp",
        "notes.txt",
        "other.tmp",
        "Other.token",
    ];
    for name in names {
        for (prefix, age) in [("old", 26), ("new", 24)] {
            let path = folder.0.join(if name.starts_with('.') {
                format!(".{prefix}{name}")
            } else {
                format!("{prefix}-{name}")
            });
            let file = File::create(&path).expect("a file");
            let time = SystemTime::now() - Duration::from_secs(age * 3_600);
            file.set_modified(time).expect("the owner sets the time");
        }
    }
    // Each process cleans up when it writes for the first time.
    let other = folder.store();
    let put = other.put("second", b"entry".to_vec(), LEASE);
    put.await.expect("the store is available");
    let files = format!("{:?}", folder.files(""));
    for gone in ["old-a.token", "old-a.lease", ".old.a.token.0123.tmp"] {
        assert!(!files.contains(gone), "{files}");
    }
    for kept in [
        "new-a.token",
        "new-a.lease",
        ".new.a.token.0123.tmp",
        "old-notes.txt",
        "old-other.tmp",
        "old-Other.token",
        "first.token",
        "second.token",
    ] {
        assert!(files.contains(kept), "{files}");
    }
}

#[actix_web::test]
async fn entry_that_is_a_folder_is_an_error() {
    let folder = TemporaryFolder::new();
    let store = folder.store();
    fs::create_dir_all(folder.0.join("key.token")).expect("a folder");
    let error = store.get("key").await.expect_err("a folder");
    assert!(matches!(error, TokenStoreError::Refused(_)), "{error:?}");
}
