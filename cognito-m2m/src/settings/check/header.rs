use http_0_2::HeaderName;

use super::faults::Faults;
use super::text::check_text;
use crate::setting_text;
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
    match parse_header_name(&settings.header_name) {
        Ok(name) => Some(name),
        Err(problem) => {
            faults.add("header_name", problem);
            None
        }
    }
}

fn parse_header_name(text: &str) -> Result<HeaderName, String> {
    setting_text::check(text)?;
    if let Some(meant) = name_in_django(text) {
        return Err(format!(
            "expected the name of the header itself, `{meant}`, not the spelling of Django's `META`"
        ));
    }
    let name = HeaderName::from_bytes(text.as_bytes());
    let name = name.ok().filter(|_| is_token(text));
    match name.ok_or("expected a header name, such as `Authorization`")? {
        http_0_2::header::COOKIE => {
            Err("expected a header other than `Cookie`, which browsers send automatically".into())
        }
        name if name.as_str().contains('_') => Err(
            "expected a header name with hyphens instead of underscores, such as `Authorization` or `X-Service-Authorization`: proxies drop headers with underscores"
                .into(),
        ),
        name => Ok(name),
    }
}

/// Returns the header that Django's `request.META` has under this key: `HTTP_AUTHORIZATION` is
/// `Authorization` (Django documentation, `HttpRequest.META`).
fn name_in_django(key: &str) -> Option<String> {
    let (prefix, name) = key.split_at_checked("HTTP_".len())?;
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !prefix.eq_ignore_ascii_case("HTTP_") || name.is_empty() || !name.bytes().all(is_key) {
        return None;
    }
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    });
    Some(words.collect::<Vec<_>>().join("-"))
}

/// Parses the authentication scheme.
pub(super) fn check_scheme(faults: &mut Faults, settings: &Settings) -> Option<AuthScheme> {
    let text = &settings.header_prefix;
    check_text(faults, "header_prefix", text);
    if !is_token(text) {
        faults.add(
            "header_prefix",
            "expected an authentication scheme, such as `Bearer`",
        );
        return None;
    }
    Some(AuthScheme(text.as_str().into()))
}

/// Parses the realm.
pub(super) fn check_realm(faults: &mut Faults, settings: &Settings) -> Option<Realm> {
    let text = &settings.realm;
    check_text(faults, "realm", text);
    let needs_no_escape = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    if text.is_empty() || !text.bytes().all(needs_no_escape) {
        faults.add("realm", "expected printable ASCII without `\"` and `\\`");
        return None;
    }
    Some(Realm(text.as_str().into()))
}

/// Returns `true` for a `token` of RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_tchar)
}
