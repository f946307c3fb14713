use crate::model::Key;
use crate::similar;

/// The methods for which Actix has a route attribute (RFC 9110 section 9, RFC 5789, and `QUERY`).
const STANDARD: [&str; 10] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
];

/// In methods with fewer characters, one edit makes a misspelling. Custom methods such as `LIST` are
/// two edits away from a standard method.
const MIN_LENGTH_FOR_TWO_EDITS: usize = 5;

/// Returns the standard method with this name, ignoring case.
pub(crate) fn standard(name: &str) -> Option<&'static str> {
    STANDARD
        .into_iter()
        .find(|method| method.eq_ignore_ascii_case(name))
}

/// Returns the method of the route attribute with this name: `GET` for `get`.
///
/// The name of an attribute is case-sensitive.
pub(crate) fn from_route_attribute(name: &str) -> Option<&'static str> {
    standard(name).filter(|_| name.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Returns `true` for a method token without lower-case letters (RFC 9110 section 5.6.2).
///
/// Methods are case-sensitive (section 9.1), and clients send those with letters in upper case.
pub(crate) fn is_method(name: &str) -> bool {
    let is_allowed = |byte: u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
    };
    !name.is_empty() && name.bytes().all(is_allowed)
}

/// Returns the standard method that a key stands for if it is not a method itself: in lower case, or
/// misspelled.
///
/// A method in upper case and in quotes is meant as it is.
pub(crate) fn intended(key: &Key) -> Option<&'static str> {
    let is_exact = STANDARD.contains(&key.text.as_str());
    if is_exact || (key.is_quoted && is_method(&key.text)) {
        return None;
    }
    let limit = if key.text.len() < MIN_LENGTH_FOR_TWO_EDITS {
        1
    } else {
        2
    };
    // A name such as `list` is no method, and `get` is a letter away from `set`.
    standard(&key.text).or_else(|| similar::nearest_within(limit, &key.text, STANDARD))
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn key(text: &str, is_quoted: bool) -> Key {
        Key {
            text: text.to_owned(),
            span: Span::call_site(),
            is_quoted,
        }
    }

    #[test]
    fn misspelled_methods_are_recognized() {
        for (name, method) in [
            ("DELTE", "DELETE"),
            ("GETT", "GET"),
            ("GTE", "GET"),
            ("PSOT", "POST"),
            ("PACTH", "PATCH"),
            ("OPTION", "OPTIONS"),
            ("OPTOIN", "OPTIONS"),
            ("get", "GET"),
            ("Delte", "DELETE"),
        ] {
            assert_eq!(intended(&key(name, false)), Some(method), "{name}");
        }
        assert_eq!(intended(&key("DELTE", true)), None);
        assert_eq!(intended(&key("get", true)), Some("GET"));
    }

    // https://www.iana.org/assignments/http-methods, and methods of caches and file stores.
    #[test]
    fn methods_in_use_are_not_misspellings() {
        for name in [
            "ACL",
            "BASELINE-CONTROL",
            "BIND",
            "CHECKIN",
            "CHECKOUT",
            "CONNECT",
            "COPY",
            "DELETE",
            "GET",
            "HEAD",
            "LABEL",
            "LINK",
            "LOCK",
            "MERGE",
            "MKACTIVITY",
            "MKCALENDAR",
            "MKCOL",
            "MKREDIRECTREF",
            "MKWORKSPACE",
            "MOVE",
            "OPTIONS",
            "ORDERPATCH",
            "PATCH",
            "POST",
            "PRI",
            "PROPFIND",
            "PROPPATCH",
            "PUT",
            "QUERY",
            "REBIND",
            "REPORT",
            "SEARCH",
            "TRACE",
            "UNBIND",
            "UNCHECKOUT",
            "UNLINK",
            "UNLOCK",
            "UPDATE",
            "UPDATEREDIRECTREF",
            "VERSION-CONTROL",
            "PURGE",
            "BAN",
            "LIST",
            "VIEW",
            "NOTIFY",
            "SUBSCRIBE",
            "M-SEARCH",
        ] {
            assert_eq!(intended(&key(name, false)), None, "{name}");
        }
    }
}
