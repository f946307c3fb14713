use url::Url;

use super::faults::Faults;
use super::text::check_text;
use crate::loopback::is_loopback;
use crate::settings::table::Settings;

/// Parses the URL of an issuer, which has no query (RFC 8414 section 2).
pub(super) fn check_issuer(
    faults: &mut Faults,
    settings: &Settings,
    setting: &str,
    text: &str,
) -> Option<Url> {
    let url = parse(faults, setting, text)?;
    let has_forbidden_query = url.query().is_some();
    check_url(faults, settings, setting, url, has_forbidden_query)
}

/// Parses the URL of a JWK Set.
pub(super) fn check_jwks_url(
    faults: &mut Faults,
    settings: &Settings,
    setting: &str,
    text: &str,
) -> Option<Url> {
    let url = parse(faults, setting, text)?;
    check_url(faults, settings, setting, url, false)
}

/// Parses a URL. The text is checked first, because the parser strips surrounding whitespace, removes
/// line breaks and escapes blanks, while the `iss` claim is compared with the original text.
fn parse(faults: &mut Faults, setting: &str, text: &str) -> Option<Url> {
    check_text(faults, setting, text);
    let url = Url::parse(text).ok();
    let url = url.filter(|_| !text.contains(char::is_whitespace));
    if url.is_none() {
        faults.add(setting, "expected a URL");
    }
    url
}

/// Checks the scheme of a URL, and that it has no user, password, fragment or forbidden query.
fn check_url(
    faults: &mut Faults,
    settings: &Settings,
    setting: &str,
    url: Url,
    has_forbidden_query: bool,
) -> Option<Url> {
    let has_extras = has_forbidden_query
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some();
    let problem = match url.scheme() {
        _ if has_extras => "expected a URL without user, password, query and fragment",
        "https" => return Some(url),
        "http" if settings.danger_allow_http || is_loopback(&url) => return Some(url),
        "http" => {
            "expected https: http is only allowed for loopback addresses, or with `danger_allow_http`"
        }
        _ => "expected an https URL",
    };
    faults.add(setting, problem);
    None
}
