use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};

use crate::token::{has_scheme, is_without_scheme};
use crate::web::cognito_auth::State;

/// Returns why a request counts as one without a token although it has a header for one, or `None`
/// if it has no such header.
///
/// The text is logged, so it contains nothing of the headers.
pub(super) fn cause_of_missing_token(state: &State, request: &HttpRequest) -> Option<String> {
    let (name, scheme) = (&state.header_name, state.header_prefix.as_str());
    let mut lines = request.headers().get_all(name).map(HeaderValue::as_bytes);
    if let Some(line) = lines.next() {
        let found = if is_without_scheme(line) {
            "no authentication scheme"
        } else {
            "another authentication scheme"
        };
        return Some(format!(
            "the header `{name}` has {found}, expected `{scheme} <token>`"
        ));
    }
    let authorization = request.headers().get(AUTHORIZATION)?;
    has_scheme(authorization.as_bytes(), scheme).then(|| {
        format!("the token is in the header `{AUTHORIZATION}`, expected `{name}` (the setting `header_name`)")
    })
}
