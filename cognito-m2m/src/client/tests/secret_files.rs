use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A file with a secret, in a folder of its own.
pub(super) struct SecretFile {
    path: PathBuf,
}

impl SecretFile {
    pub(super) fn new(content: impl AsRef<[u8]>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cognito-m2m-secret-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let file = Self {
            path: folder.join("client-secret"),
        };
        file.replace(content);
        file
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the file in one step.
    pub(super) fn replace(&self, content: impl AsRef<[u8]>) {
        let new = self.path.with_extension("new");
        fs::write(&new, content).unwrap();
        fs::rename(new, &self.path).unwrap();
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        let folder = self.path.parent().unwrap();
        drop(fs::remove_dir_all(folder));
    }
}

/// Starts a token client with a secret file, whose token for one scope is cached.
pub(super) async fn set_up_with_file() -> (Fixture, SecretFile) {
    let file = SecretFile::new(format!("{SECRET}\n"));
    let path = file.path();
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        builder.client_secret_file(path)
    });
    fixture.tokens.token("widgets/read").await.unwrap();
    (fixture, file)
}

#[tokio::test]
async fn content_that_is_overwritten_is_read_again() {
    let (fixture, file) = set_up_with_file().await;
    register(&fixture.cognito, "next");
    fs::write(file.path(), "next\n").unwrap();
    fixture.tokens.token("widgets/write").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 3);
}

/// Kubernetes mounts a secret as links to `..data/<name>`, where `..data` is a link to a folder that
/// it replaces.
#[cfg(unix)]
#[tokio::test]
async fn symbolic_link_to_another_folder_is_followed_anew() {
    use std::os::unix::fs::symlink;

    let file = SecretFile::new("");
    let folder = file.path().parent().unwrap();
    for (version, secret) in [("..1", SECRET), ("..2", "next")] {
        fs::create_dir(folder.join(version)).unwrap();
        fs::write(folder.join(version).join("secret"), secret).unwrap();
    }
    symlink("..1", folder.join("..data")).unwrap();
    symlink("..data/secret", folder.join("secret")).unwrap();
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        builder.client_secret_file(folder.join("secret"))
    });
    fixture.tokens.token("widgets/read").await.unwrap();

    register(&fixture.cognito, "next");
    symlink("..2", folder.join("..data_tmp")).unwrap();
    fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
    fixture.tokens.token("widgets/write").await.unwrap();
}

#[tokio::test]
async fn file_is_not_needed_until_its_secret_is_refused() {
    let (fixture, file) = set_up_with_file().await;
    register_scopes(&fixture.cognito, 3);
    fs::remove_file(file.path()).unwrap();
    fixture.tokens.token("set/0").await.unwrap();

    register_scopes_with(&fixture.cognito, "next", 3);
    let error = fixture.tokens.token("set/1").await.unwrap_err();
    let TokenClientError::Secret(secret_error) = &error else {
        panic!("{error}");
    };
    assert_eq!(secret_error.refusal().unwrap().error(), "invalid_client");
    assert!(!secret_error.is_timeout() && error.is_transient());
    let source = std::error::Error::source(&error).unwrap();
    let source = source.downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(source.kind(), std::io::ErrorKind::NotFound);
    let text = error.to_string();
    assert!(text.contains("invalid_client") && text.contains("failed to read the file"));
    assert!(!text.contains(file.path().to_str().unwrap()), "{text}");

    // It is remembered for all scopes, like any refusal.
    let requests = fixture.cognito.token_requests();
    file.replace("next");
    for scope in ["set/1", "set/2"] {
        let error = fixture.tokens.token(scope).await.unwrap_err();
        assert!(matches!(error, TokenClientError::Secret(_)), "{error}");
    }
    assert_eq!(fixture.cognito.token_requests(), requests);
    fixture.tokens.token("widgets/read").await.unwrap();
    fixture.clock.advance(Duration::from_secs(10));
    fixture.tokens.token("set/2").await.unwrap();
}

#[tokio::test]
async fn old_secret_that_is_accepted_again_is_used_although_the_file_is_missing() {
    let (fixture, file) = set_up_with_file().await;
    fs::remove_file(file.path()).unwrap();
    refuse_secrets(&fixture.cognito);
    fixture.tokens.token("widgets/write").await.unwrap_err();
    fixture.cognito.set_fault(Endpoint::Token, None);
    fixture.clock.advance(Duration::from_secs(10));
    fixture.tokens.token("widgets/write").await.unwrap();
}

#[tokio::test]
async fn invalid_content_is_an_error_without_the_content() {
    for (content, problem) in [
        (&b"m4rker\n\n"[..], "surrounding whitespace"),
        (b"", "found an empty text"),
        (b"m4rker\xff", "expected UTF-8"),
        (&[b'm'; 4_097], "at most 4096 bytes"),
    ] {
        let (fixture, file) = set_up_with_file().await;
        register(&fixture.cognito, "next");
        file.replace(content);
        let error = fixture.tokens.token("widgets/write").await.unwrap_err();
        assert!(matches!(error, TokenClientError::Secret(_)) && !error.is_transient());
        let text = format!("{error} {error:?}");
        assert!(text.contains(problem), "{text}");
        assert!(!text.contains("m4rker") && !text.contains("mmmm"), "{text}");
    }
}

#[tokio::test]
async fn folder_in_place_of_the_file_is_an_error() {
    let (fixture, file) = set_up_with_file().await;
    register(&fixture.cognito, "next");
    fs::remove_file(file.path()).unwrap();
    fs::create_dir(file.path()).unwrap();
    let error = fixture.tokens.token("widgets/write").await.unwrap_err();
    assert!(
        error.to_string().contains("expected a regular file"),
        "{error}"
    );
}
