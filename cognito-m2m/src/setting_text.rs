//! Checks of the texts of settings, and representations of them that show no secret.

use std::fmt;

use url::Url;

/// The longest name of a user pool or a group that an error shows. Client secrets of Cognito are
/// longer.
const MAX_SHOWN_LENGTH: usize = 40;

/// Checks that a text is not empty, and contains no surrounding whitespace and no control
/// characters, such as the line break at the end of a file. The error describes the problem without
/// the text.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let trimmed = text.trim();
    if text.is_empty() {
        Err("is empty: set a value or remove the setting")
    } else if trimmed.is_empty() {
        Err(
            "is empty except for whitespace, such as a line break: set a value or remove the setting",
        )
    } else if trimmed.len() != text.len() {
        Err(
            "expected no surrounding whitespace, such as a line break or a blank before or after the value",
        )
    } else if text.trim_matches(is_invisible).len() != text.len() {
        Err("expected no invisible characters around the value, such as a byte order mark")
    } else if text.chars().any(char::is_control) {
        Err("expected no line breaks and no other control characters")
    } else {
        Ok(())
    }
}

/// Returns `true` for characters without a width that are not whitespace. Editors add the byte order
/// mark to files, and copying from a web page adds the others.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Returns the name of a setting as errors show it. Text of another form than a name is left out:
/// it may be a value in the wrong place, such as a secret.
pub(crate) fn shown_name(name: &str) -> &str {
    if is_name(name) { name } else { "<name>" }
}

/// Returns the path of an entry in a setting that is a map, such as `pools.tenant-a`. Like
/// [`shown_name`], it leaves out what is not the name of an entry.
pub(crate) fn entry_path(setting: &str, name: &str) -> String {
    let is_short = name.len() <= MAX_SHOWN_LENGTH;
    format!(
        "{setting}.{}",
        if is_short { shown_name(name) } else { "<name>" }
    )
}

fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    !text.is_empty() && text.bytes().all(is_allowed)
}

/// The text of a URL. `Debug` leaves out everything in it that may be confidential: user, password,
/// query and fragment, and a path with `@`, which may be the end of a password with `/`.
pub(crate) struct RedactedUrl<'a>(pub(crate) &'a str);

impl fmt::Debug for RedactedUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = Url::parse(self.0).ok();
        let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host_str()?))) else {
            return f.write_str("<not a URL>");
        };
        let user = if url.username().is_empty() && url.password().is_none() {
            ""
        } else {
            "***@"
        };
        let path = if url.path().contains('@') {
            "/***"
        } else {
            url.path()
        };
        let port = url.port().map(|port| format!(":{port}"));
        let query = url.query().map(|_| "?***");
        let fragment = url.fragment().map(|_| "#***");
        let text = format!(
            "{}://{user}{host}{}{}{}{}",
            url.scheme(),
            port.unwrap_or_default(),
            path,
            query.unwrap_or_default(),
            fragment.unwrap_or_default(),
        );
        fmt::Debug::fmt(&text, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitespace_and_control_characters_are_described() {
        for (text, part) in [
            ("", "is empty"),
            (" \r\n", "is empty except for whitespace"),
            ("value\n", "surrounding whitespace"),
            ("value\r\n", "line break"),
            (" value", "blank"),
            ("\tvalue", "surrounding whitespace"),
            ("value\u{a0}", "surrounding whitespace"),
            ("value\u{2028}", "line break"),
            ("\u{feff}value", "byte order mark"),
            ("value\u{200b}", "invisible"),
            ("val\nue", "no line breaks"),
            ("val\0ue", "control characters"),
            ("value\u{1b}", "control characters"),
        ] {
            let problem = check(text).expect_err(text);
            assert!(problem.contains(part), "{text:?}: {problem}");
            assert!(!problem.contains("val\n"), "{text:?}: {problem}");
        }
        for text in ["value", "two words", "x y+=%:ü"] {
            assert_eq!(check(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn paths_show_names_and_nothing_else() {
        assert_eq!(entry_path("pools", "tenant-a"), "pools.tenant-a");
        assert_eq!(entry_path("pools", "two words"), "pools.<name>");
        assert_eq!(entry_path("pools", &"a".repeat(41)), "pools.<name>");
        assert_eq!(shown_name("colour"), "colour");
        assert_eq!(shown_name("a=b"), "<name>");
    }

    #[test]
    fn confidential_parts_of_a_url_are_not_shown() {
        let shown = |text| format!("{:?}", RedactedUrl(text));
        assert_eq!(
            shown("https://id.example:8443/oauth2/token"),
            "\"https://id.example:8443/oauth2/token\""
        );
        assert_eq!(
            shown("https://user:s3cret@id.example/token?key=s3cret#s3cret"),
            "\"https://***@id.example/token?***#***\""
        );
        assert_eq!(shown("https://s3cret@[::1]/"), "\"https://***@[::1]/\"");
        assert_eq!(
            shown("https://user:12/s3cret@id.example/token"),
            "\"https://user:12/***\""
        );
        for text in ["s3cret", "user:s3cret@id.example", "https://s3cret@", ""] {
            assert_eq!(shown(text), "<not a URL>", "{text}");
        }
    }
}
