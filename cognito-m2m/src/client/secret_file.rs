use std::path::Path;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::client_secrets::check_secret;
use super::secret_error::SecretError;
use crate::regular_file::{self, FileError};

/// The maximum size of a file. The secrets of Cognito have up to 64 characters.
const MAX_BYTES: usize = 4096;

/// Reads a secret from a file, without its final line break.
///
/// The path is resolved anew each time, since Kubernetes replaces the symbolic link to the folder of
/// a mounted secret.
pub(super) fn read_secret(path: &Path) -> Result<SecretString, SecretError> {
    // With enough capacity, the buffer does not grow, which would leave a copy of the secret behind.
    let mut content = Zeroizing::new(Vec::with_capacity(MAX_BYTES.saturating_add(1)));
    regular_file::read(path, MAX_BYTES, &mut content).map_err(|error| match error {
        FileError::Read(error) => SecretError::file(error),
        FileError::NotRegular => SecretError::invalid("expected a regular file"),
        FileError::TooLarge => SecretError::invalid("expected at most 4096 bytes"),
    })?;
    parse(&content)
}

fn parse(content: &[u8]) -> Result<SecretString, SecretError> {
    let text = std::str::from_utf8(content);
    let text = text.map_err(|_| SecretError::invalid("expected UTF-8"))?;
    let secret = match text.strip_suffix('\n') {
        Some(line) => line.strip_suffix('\r').unwrap_or(line),
        None => text,
    };
    check_secret(secret).map_err(SecretError::invalid)?;
    Ok(secret.into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn final_line_break_is_not_part_of_the_secret() {
        for content in ["s3 cret+/=", "s3 cret+/=\n", "s3 cret+/=\r\n"] {
            let secret = parse(content.as_bytes()).unwrap();
            assert_eq!(secret.expose_secret(), "s3 cret+/=", "{content:?}");
        }
    }

    #[test]
    fn other_whitespace_and_invalid_texts_are_faults_without_the_content() {
        for content in [
            &b""[..],
            b"\n",
            b"\r\n",
            b" ",
            b"m4rker\n\n",
            b"m4rker\r\n\r\n",
            b"m4rker\r",
            b"m4rker \n",
            b" m4rker",
            b"\nm4rker",
            b"m4rker\t",
            b"m4rker\nm4rker\n",
            b"m4r\0ker",
            b"m4rker\xff",
            b"\xef\xbb\xbfm4rker",
            b"\xff\xfem\0",
        ] {
            let error = parse(content).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains("expected"), "{content:?}: {text}");
            assert!(!text.contains("m4r"), "{text}");
        }
    }
}
