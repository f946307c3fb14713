use http_0_2::HeaderName;

use super::faults::Faults;
use crate::settings::table::Settings;
use crate::token::is_tchar;

/// An authentication scheme (RFC 9110 section 11.1).
pub(crate) struct AuthScheme(Box<str>);

impl AuthScheme {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A realm that needs no escapes in a quoted string (RFC 6750 section 3).
pub(crate) struct Realm(Box<str>);

impl Realm {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Parses the header name, which must not be `Cookie`.
pub(super) fn check_header_name(faults: &mut Faults, settings: &Settings) -> Option<HeaderName> {
    let text = &settings.header_name;
    let name = HeaderName::from_bytes(text.as_bytes());
    let name = name.ok().filter(|_| is_token(text));
    if name.is_none() {
        faults.add(
            "header_name",
            format!("expected a header name, found {text:?}"),
        );
    }
    if name == Some(http_0_2::header::COOKIE) {
        faults.add(
            "header_name",
            "expected a header other than `Cookie`, which browsers send automatically",
        );
    }
    name
}

/// Parses the authentication scheme.
pub(super) fn check_scheme(faults: &mut Faults, settings: &Settings) -> Option<AuthScheme> {
    let text = &settings.header_prefix;
    if !is_token(text) {
        faults.add(
            "header_prefix",
            format!("expected an authentication scheme, found {text:?}"),
        );
        return None;
    }
    Some(AuthScheme(text.as_str().into()))
}

/// Parses the realm.
pub(super) fn check_realm(faults: &mut Faults, settings: &Settings) -> Option<Realm> {
    let text = &settings.realm;
    let needs_no_escape = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    if text.is_empty() || !text.bytes().all(needs_no_escape) {
        faults.add(
            "realm",
            format!("expected printable ASCII without `\"` and `\\`, found {text:?}"),
        );
        return None;
    }
    Some(Realm(text.as_str().into()))
}

/// Returns `true` for a `token` of RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_tchar)
}
