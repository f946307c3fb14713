//! Entries that were damaged, exchanged or written by others are ignored, and replaced.

use std::fs;
use std::path::{Path, PathBuf};

use cognito_m2m_tests::CapturedLog;

use super::fixture::{Pool, TemporaryFolder, token};

/// Stores a token, changes its file, and checks that the next client requests another token and
/// replaces the file.
async fn is_ignored_and_replaced(what: &str, change: impl FnOnce(&Path)) {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let first = token(&pool.client(folder.store())).await;
    change(&folder.entry());
    let second = token(&pool.client(folder.store())).await;
    assert_ne!(second, first, "{what}");
    assert_eq!(pool.requests(), 2, "{what}");
    let third = token(&pool.client(folder.store())).await;
    assert_eq!(third, second, "{what}");
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut entry = fs::read(path).expect("the entry is read");
    change(&mut entry);
    fs::write(path, entry).expect("the entry is written");
}

#[actix_web::test]
async fn corrupt_entry_is_ignored() {
    is_ignored_and_replaced("a changed byte", |path| {
        rewrite(path, |entry| entry[40] ^= 1);
    })
    .await;
    is_ignored_and_replaced("other text", |path| {
        rewrite(path, |entry| *entry = b"{\"token\":\"a.b.c\"}".to_vec());
    })
    .await;
    is_ignored_and_replaced("a very large file", |path| {
        rewrite(path, |entry| entry.resize(10_000_000, 0));
    })
    .await;
}

#[actix_web::test]
async fn truncated_entry_is_ignored() {
    for length in [0, 1, 5, 16, 17, 33, 100] {
        is_ignored_and_replaced("a truncated entry", |path| {
            rewrite(path, |entry| entry.truncate(length));
        })
        .await;
    }
}

#[actix_web::test]
async fn entry_of_an_older_format_is_ignored() {
    is_ignored_and_replaced("another version", |path| {
        rewrite(path, |entry| entry[4] = 0);
    })
    .await;
}

#[actix_web::test]
async fn entry_of_other_scopes_is_ignored_under_this_name() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let client = pool.client(folder.store());
    token(&client).await;
    let read = folder.entry();
    let write = client.token("widgets/write").await.expect("a token");
    let both = folder.files(".token");
    let other: Vec<&PathBuf> = both.iter().filter(|path| **path != read).collect();
    fs::copy(other[0], &read).expect("the entry is copied");
    let second = token(&pool.client(folder.store())).await;
    assert_ne!(second, write.secret());
    assert_eq!(pool.requests(), 3);
}

#[actix_web::test]
async fn damaged_entries_are_logged_once() {
    let Some(log) = CapturedLog::alone(damaged_entries_are_logged_once) else {
        return;
    };
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let client = pool.client(folder.store());
    for _ in 0..3 {
        let before = client.token("widgets/read").await.expect("a token");
        rewrite(&folder.entry(), |entry| entry[40] ^= 1);
        client.invalidate(&before);
        pool.clock.advance(std::time::Duration::from_secs(400));
    }
    let lines = log.lines_with("an entry of the token store is ignored");
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("WARN"), "{lines:#?}");
}
