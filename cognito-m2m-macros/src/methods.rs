/// The methods for which Actix has a route attribute (RFC 9110 section 9, RFC 5789, and `QUERY`).
const STANDARD: [&str; 10] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
];

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
